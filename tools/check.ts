/** Everything that CI checks before the rows are run: each step timed, the first red one ends it. `--without-tests`: not those. */
import { bin, node } from './step.ts';

const STEPS: Readonly<Record<string, () => number>> = {
  types: () => bin('tsc'),
  lint: () => bin('oxlint'),
  boundaries: () => node('tools/boundaries.ts'),
  format: () => bin('prettier', '--check', '--log-level', 'warn', '.'),
  'sql lint': () => node('tools/sql-lint.ts'),
  'dead code': () => bin('knip'),
  catalogue: () => node('harness/cli.ts', 'validate'),
  tests: () => node('tools/test.ts'),
};

const skipped = process.argv.includes('--without-tests') ? 'tests' : undefined;
for (const [name, step] of Object.entries(STEPS)) {
  if (name === skipped) continue;
  const begun = performance.now();
  const code = step();
  const took = `${((performance.now() - begun) / 1000).toFixed(1)} s`;
  console.log(`${code === 0 ? 'ok  ' : 'RED '} ${name.padEnd(12)} ${took}`);
  if (code !== 0) process.exit(1);
}
