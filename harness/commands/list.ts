import { openProject } from '../load/project.ts';
import { rowsOf } from './choose-rows.ts';

/** `faultline list`: every row, with what is implemented. Computed from files, kept nowhere. */
export function list(root: string, options: { readonly system?: string; readonly json?: boolean }): number {
  const rows = rowsOf(openProject(root), options.system);
  if (options.json === true) {
    const items = rows.map(({ row, scenario }) => ({
      id: row.id,
      system: row.system,
      title: row.title,
      severity: row.severity,
      implemented: scenario !== undefined,
    }));
    process.stdout.write(`${JSON.stringify(items, null, 2)}\n`);
    return 0;
  }
  const lines = rows.map(
    ({ row, scenario }) =>
      `${row.id.padEnd(13)} ${(scenario ? 'implemented' : 'planned').padEnd(12)} ${row.severity.padEnd(9)} ${row.title}`,
  );
  const implemented = rows.filter(({ scenario }) => scenario !== undefined).length;
  process.stdout.write(`${lines.join('\n')}\n${implemented} implemented, ${rows.length - implemented} planned\n`);
  return 0;
}
