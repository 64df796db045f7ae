/**
 * What the project wants to reach, measured: `npm run bench`. Figures are ratios within one run where they can be; a busy
 * machine shows in the first line.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { InvocationResult } from '../contract/index.ts';

const ROOT = resolve(import.meta.dirname, '..');
const runsDir = mkdtempSync(join(tmpdir(), 'faultline-bench-'));

interface Measured {
  readonly wallS: number;
  /** Greatest memory of the command and all that it started, with its databases, MB. */
  readonly peakMb: number;
  readonly result: InvocationResult;
}

/** Pids of a process and its descendants. */
function family(pid: number): ReadonlySet<number> {
  const { stdout } = spawnSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = new Set([pid]);
  for (let size = 0; size < found.size;) {
    size = found.size;
    for (const [own = 0, parent = 0] of rows) if (found.has(parent)) found.add(own);
  }
  return found;
}

/** Memory of a process and its descendants, MB: shared pages (PostgreSQL's buffers) counted once. 0 where there is no /proc. */
function memoryMb(pid: number): number {
  let kilobytes = 0;
  for (const each of family(pid)) {
    try {
      kilobytes += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${each}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    } catch {
      // it has ended, or there is no /proc
    }
  }
  return kilobytes / 1024;
}

/** Memory of what the databases of runs hold in memory (worlds/simulated/servers/postgres/template.ts), MB. 0 where they stand on a disk. */
function dataMb(): number {
  const { stdout } = spawnSync('sh', ['-c', 'du -sm /dev/shm/faultline-pg-* 2>/dev/null'], { encoding: 'utf8' });
  return stdout.split('\n').reduce((total, each) => total + Number(each.split('\t')[0] ?? 0), 0);
}

function faultline(...args: readonly string[]): Promise<Measured> {
  const begun = performance.now();
  const child = spawn(process.execPath, [join(ROOT, 'bin/faultline.mjs'), ...args, '--runs-dir', runsDir], {
    cwd: ROOT,
    stdio: 'ignore',
  });
  let peakMb = 0;
  const sampling = setInterval(() => {
    peakMb = Math.max(peakMb, memoryMb(child.pid ?? 0) + dataMb());
  }, 500);
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('exit', () => {
      clearInterval(sampling);
      const result = JSON.parse(readFileSync(join(runsDir, 'latest', 'result.json'), 'utf8')) as InvocationResult;
      done({ wallS: (performance.now() - begun) / 1000, peakMb, result });
    });
  });
}

const line = (what: string, seen: string, wanted: string): void =>
  console.log(`${what.padEnd(44)} ${seen.padStart(14)}   wanted ${wanted}`);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

console.log(`${cpus().length} cores, load average ${loadavg()[0]?.toFixed(1)} before the start (0 is a quiet machine)`);
await faultline('run', 'NUM-19'); // fills the caches: database template, compiled modules
const all = await faultline('run');
const simulatedS = sum(all.result.runs.map(({ simulatedMs }) => simulatedMs)) / 1000;
const busyS = sum(all.result.runs.map(({ wallMs }) => wallMs)) / 1000;
line(`all rows, ${all.result.runs.length} runs, ${all.result.verdict}`, `${all.wallS.toFixed(1)} s`, 'under 75 s');
line('memory of all processes and databases at most', `${all.peakMb.toFixed(0)} MB`, 'under 2048 MB (2 GiB)');
line('simulated over wall time of the runs', `${(simulatedS / busyS).toFixed(0)} x`, 'at least 200 x');
line('simulated over wall time, both cores', `${(simulatedS / all.wallS).toFixed(0)} x`, '');
const one = await faultline('run', 'NUM-03');
line(`NUM-03 alone, ${one.result.verdict}`, `${one.wallS.toFixed(1)} s`, 'under 4 s');

console.log('\nby run: simulated s, wall s, ratio, events, statements, Redis commands, operations');
for (const run of all.result.runs) {
  const { work } = run;
  const figures = [
    (run.simulatedMs / 1000).toFixed(0),
    (run.wallMs / 1000).toFixed(2),
    `${(run.simulatedMs / run.wallMs).toFixed(0)} x`,
    work['events'],
    work['statements'],
    work['redisCommands'],
    run.operations,
  ];
  console.log(`${run.id}/${run.run}`.padEnd(10), figures.map((figure) => String(figure ?? '-').padStart(9)).join(''));
}
