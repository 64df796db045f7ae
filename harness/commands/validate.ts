import { openProject } from '../load/project.ts';
import { correspondence } from '../load/correspondence.ts';
import { neverSeenRed, readSeenRed } from '../journal/seen-red.ts';

/** `faultline validate`: catalogues, and that scenario files and rows say the same. Exit code 1 when they do not. */
export async function validate(root: string, options: { readonly runsDir: string }): Promise<number> {
  const project = openProject(root);
  const { problems, assertions } = await correspondence(project);
  const implemented = project.rows.filter(({ scenario }) => scenario !== undefined);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.stdout.write(`${project.rows.length} rows, ${implemented.length} implemented, ${problems.length} mistakes\n`);
  const unseen = neverSeenRed(assertions, readSeenRed(options.runsDir));
  if (unseen.length > 0) {
    process.stdout.write(
      `never seen red (\`faultline sabotage\` shows each assertion red and notes it in ${options.runsDir}/seen-red.json):\n`,
    );
    for (const { id, references } of unseen) process.stdout.write(`  ${id.padEnd(13)} ${references.join(', ')}\n`);
  }
  return problems.length > 0 ? 1 : 0;
}
