/** How fast exploration is, and how flat its memory: `npm run bench:explore [-- --runs 300]`. Figures of a busy machine are its own; the first line tells. */
import { spawnSync } from 'node:child_process';
import { cpus, loadavg, tmpdir } from 'node:os';
import { mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ExplorationResult } from '../contract/index.ts';
import { plantedNames } from '../harness/explore/planted.ts';

const ROOT = resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '200' }, planted: { type: 'boolean', default: true } },
  allowNegative: true,
});
const runsDir = mkdtempSync(join(tmpdir(), 'faultline-bench-'));

function explored(...args: readonly string[]): ExplorationResult {
  const command = [join(ROOT, 'bin/faultline.mjs'), 'explore', '--json', '--runs-dir', runsDir, ...args];
  const { stdout, stderr } = spawnSync(process.execPath, command, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (stdout === '') throw new Error(`faultline explore ${args.join(' ')} said nothing but: ${stderr}`);
  return JSON.parse(stdout) as ExplorationResult;
}

const line = (what: string, seen: string, wanted: string): void =>
  console.log(`${what.padEnd(52)} ${seen.padStart(16)}   wanted ${wanted}`);

console.log(`${cpus().length} cores, load average ${loadavg()[0]?.toFixed(1)} before the start (0 is a quiet machine)`);
explored('--runs', '2'); // fills the caches: database template, compiled modules
const { runs, exploringMs, operations, faults, simulatedMs, memoryMb, recycled, failures, problems } = explored(
  '--runs',
  values.runs,
);
line('runs a second', ((runs * 1000) / exploringMs).toFixed(1), 'at least 8');
const each = (count: number): string => (count / runs).toFixed(1);
line(
  'operations, faults and simulated seconds of a run',
  `${each(operations)}, ${each(faults.injected)}, ${each(simulatedMs / 1000)}`,
  '40, up to 4, 60',
);
line('memory of a worker at most, and how many replaced', `${memoryMb} MB, ${recycled}`, 'flat');
line('failures and errors without a planted bug', `${failures.length}, ${problems.length}`, '0, 0');
let red = failures.length + problems.length;
for (const name of values.planted ? plantedNames(ROOT) : []) {
  const began = performance.now();
  const [found] = explored('--planted', name, '--runs', values.runs).failures;
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const size =
    found === undefined ? 'not found' : `${found.case.commands.length} + ${found.case.faults.length} in ${seconds} s`;
  line(`planted ${name}: commands + faults`, size, 'at most 6 + 2 in 60 s');
  if (found === undefined) red += 1;
}
rmSync(runsDir, { recursive: true, force: true });
if (red > 0) process.exitCode = 1;
