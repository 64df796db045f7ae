/** Many seeds of every row, for nights: `npm run soak -- --seeds 200 [--from 1] [ids...]`. Ends red at the first seed that does not pass. */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = resolve(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  options: { seeds: { type: 'string', default: '20' }, from: { type: 'string', default: '1' } },
  allowPositionals: true,
});
const [from, seeds] = [Number(values.from), Number(values.seeds)];
if (!Number.isInteger(from) || !Number.isInteger(seeds) || seeds < 1) {
  console.error(`--seeds ${values.seeds} --from ${values.from}: expected whole numbers, such as --seeds 200`);
  process.exit(254);
}
const begun = performance.now();
for (let seed = from; seed < from + seeds; seed += 1) {
  const args = ['run', ...positionals, '--seed', String(seed)];
  const { status, stdout } = spawnSync(process.execPath, [join(ROOT, 'bin/faultline.mjs'), ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) {
    console.log(stdout);
    console.log(`seed ${seed} did not pass (exit ${status}) after ${seed - from} that did`);
    process.exit(status ?? 1);
  }
  console.log(`seed ${seed} pass  ${((performance.now() - begun) / 1000).toFixed(0)} s`);
}
console.log(`${seeds} seeds, no verdict but pass`);
