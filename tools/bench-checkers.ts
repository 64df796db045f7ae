/**
 * Our search beside Porcupine, both on the same histories in one run: `npm run bench:checkers`. Needs Go, and Porcupine from the module
 * proxy. Times are of the check alone, without reading files; both are warmed up first. Exits 1 when we take more than twice its
 * time in all, or the verdicts differ.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Operation } from '../contract/index.ts';
import { checkLinearizability } from '../models/checkers/linearizability/check.ts';
import { casRegister } from '../models/checkers/models/cas-register.ts';
import type { HistoryModel } from '../models/checkers/models/history-model.ts';
import { callsOf } from '../models/checkers/models/judge.ts';
import { kv } from '../models/checkers/models/kv.ts';
import { readHistory } from '../models/checkers/readers/index.ts';
import { generated } from './bench-checkers/generated.ts';
import type { Shape } from './bench-checkers/generated.ts';

const WARM_UPS = 10;
const ROUNDS = 20;
const COMPILING_ROUNDS = 20;
const LIMITS = { timeMs: 60_000, memoryBytes: 1024e6 };
/** Most that we may take of Porcupine's time. */
const MOST = 2;
/** What needs more of it is measured once. */
const LONG_MS = LIMITS.timeMs / 10;

const RECORDED = resolve(import.meta.dirname, '../../shared/data/histories');

const SHAPES: Readonly<Record<string, Shape>> = {
  'register, 2,000 operations of 5': shape({ operations: 2000, processes: 5, seed: 1 }),
  'register, 5,000 operations of 10': shape({ operations: 5000, processes: 10, seed: 2 }),
  'register, 300 operations of 20': shape({ operations: 300, processes: 20, seed: 3 }),
  'register, 200 operations, 10 lost': shape({ operations: 200, processes: 5, lost: 0.05, seed: 4 }),
  'register, 100 operations of 12, illegal': shape({ operations: 100, processes: 12, illegal: true, seed: 5 }),
  'kv, 4,000 operations of 10': shape({ model: 'kv', operations: 4000, processes: 10, keys: 20, seed: 6 }),
  'kv, 2,000 operations of 40, illegal': shape({
    model: 'kv',
    operations: 2000,
    processes: 40,
    keys: 20,
    illegal: true,
    seed: 7,
  }),
};

interface Timed {
  readonly meanMs: number;
  readonly verdict: string;
}

interface Prepared {
  readonly name: string;
  readonly model: 'cas-register' | 'kv';
  /** As the Go program takes it. */
  readonly calls: readonly object[];
  check(): Timed;
}

const measured = new Map<string, Timed>();
let mostRemembered = 0;
let disagree = 0;
const recorded = recordedHistories();
const made = Object.entries(SHAPES).map(([name, each]) => prepared(name, each.model, generated(each)));
const theirs = porcupine([...recorded, ...made]);
// The compiler of a running program needs more rounds than a compiled one: all of them before the first is measured.
for (let i = 0; i < COMPILING_ROUNDS; i += 1) for (const history of [...recorded, ...made]) history.check();
const busy = `load average ${loadavg()[0]?.toFixed(1)}: on a busy machine run it again`;
console.log(`${recorded.length} recorded histories, ${made.length} generated; mean of ${ROUNDS} rounds, ms; ${busy}\n`);
console.log('history'.padEnd(44), ['verdict', 'ours', 'Porcupine', 'ratio'].map((word) => word.padStart(11)).join(''));
const recordedRatio = group('all recorded', recorded, false);
const madeRatio = group('all generated', made, true);
const total =
  sum([...recorded, ...made].map(ours)) / sum([...recorded, ...made].map(({ name }) => theirsOf(name).meanMs));
console.log(`\nratio of all: ${total.toFixed(2)}, at most ${MOST} wanted; ${disagree} verdicts differ`);
console.log(
  `memory: our searches remembered ${(mostRemembered / 1e6).toFixed(1)} MB at most (limit ${LIMITS.memoryBytes / 1e6} MB), ` +
    `our whole process ${(process.resourceUsage().maxRSS / 1000).toFixed(0)} MB, Porcupine's ${(theirs.peakKb / 1000).toFixed(0)} MB`,
);
if (disagree > 0 || recordedRatio > MOST || madeRatio > MOST || total > MOST) process.exitCode = 1;

function shape(given: Partial<Shape> & Pick<Shape, 'operations' | 'processes' | 'seed'>): Shape {
  return { model: 'cas-register', lost: 0, keys: 1, illegal: false, ...given };
}

function recordedHistories(): readonly Prepared[] {
  if (!existsSync(RECORDED)) fail(`${RECORDED}: expected the recorded histories, found none`);
  return (['etcd', 'kv'] as const).flatMap((folder) =>
    readdirSync(join(RECORDED, folder))
      .filter((file) => file !== 'VERDICTS')
      .map((file) => {
        const { operations } = readHistory(file, readFileSync(join(RECORDED, folder, file), 'utf8'));
        return prepared(file, folder === 'kv' ? 'kv' : 'cas-register', operations);
      }),
  );
}

function prepared(name: string, model: Prepared['model'], operations: readonly Operation[]): Prepared {
  return model === 'kv' ? held(name, model, kv, operations) : held(name, model, casRegister, operations);
}

function held<State, Input, Output>(
  name: string,
  modelName: Prepared['model'],
  model: HistoryModel<State, Input, Output>,
  operations: readonly Operation[],
): Prepared {
  const calls = callsOf(model, name, { format: 'history.jsonl', operations, lines: [] });
  const end = Math.max(...operations.map(({ invokedAt, completedAt = 0 }) => Math.max(invokedAt, completedAt))) + 1;
  const asText = (value: unknown): string =>
    value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  return {
    name,
    model: modelName,
    calls: calls.map(({ input, output, from, to }) => {
      const { f, key, value, from: a, to: b } = input as unknown as Readonly<Record<string, unknown>>;
      return {
        f,
        key,
        a: asText(a ?? value),
        b: asText(b),
        out: asText(output),
        known: output !== undefined,
        from,
        to: Math.min(to, end),
      };
    }),
    check() {
      const begun = performance.now();
      const { verdict, memoryBytes } = checkLinearizability(model, calls, LIMITS, () => performance.now());
      mostRemembered = Math.max(mostRemembered, memoryBytes);
      return { verdict, meanMs: performance.now() - begun };
    },
  };
}

/** Builds the Go program in a folder of its own and lets it time all histories. */
function porcupine(histories: readonly Prepared[]): {
  readonly peakKb: number;
  readonly byName: ReadonlyMap<string, Timed>;
} {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-porcupine-'));
  try {
    cpSync(join(import.meta.dirname, 'bench-checkers'), folder, { recursive: true });
    const built = spawnSync('go', ['build', '-o', 'porcupine', '.'], { cwd: folder, encoding: 'utf8' });
    if (built.error !== undefined)
      fail('expected Go on this machine, to build Porcupine; install it and run this again');
    if (built.status !== 0) fail(`Porcupine could not be built:\n${built.stderr}`);
    const input = JSON.stringify({
      warmUps: WARM_UPS,
      rounds: ROUNDS,
      limitMs: LIMITS.timeMs,
      histories: histories.map(({ name, model, calls }) => ({ name, model, calls })),
    });
    const run = spawnSync(join(folder, 'porcupine'), { input, encoding: 'utf8', maxBuffer: 1e9 });
    if (run.status !== 0) fail(`Porcupine failed:\n${run.stderr}`);
    const lines = run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Timed & { name: string; peakKb?: number });
    return { peakKb: lines.at(-1)?.peakKb ?? 0, byName: new Map(lines.map((line) => [line.name, line])) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function theirsOf(name: string): Timed {
  return theirs.byName.get(name) ?? fail(`Porcupine said nothing about ${name}`);
}

/** Prints the group, each history of it or only the slowest ones, and gives the ratio of its sums. */
function group(title: string, histories: readonly Prepared[], each: boolean): number {
  const rows = histories.map((history) => {
    const own = { verdict: timed(history).verdict, meanMs: ours(history) };
    const other = theirsOf(history.name);
    if (own.verdict !== other.verdict && other.verdict !== 'unknown') disagree += 1;
    return { name: history.name, own, other };
  });
  const shown = each ? rows : rows.toSorted((a, b) => b.own.meanMs - a.own.meanMs).slice(0, 6);
  for (const { name, own, other } of shown) print(name, own.verdict, own.meanMs, other.meanMs);
  const ratio = print(title, '', sum(rows.map(({ own }) => own.meanMs)), sum(rows.map(({ other }) => other.meanMs)));
  const ratios = rows.map(({ own, other }) => own.meanMs / other.meanMs).toSorted((one, two) => one - two);
  console.log(
    `median of the ratios ${(ratios[Math.floor(ratios.length / 2)] ?? 0).toFixed(2)}: a few hard histories make the sums\n`,
  );
  return ratio;
}

function print(name: string, verdict: string, own: number, other: number): number {
  const figures = [verdict, own.toFixed(3), other.toFixed(3), (own / other).toFixed(2)];
  console.log(name.padEnd(44), figures.map((figure) => figure.padStart(11)).join(''));
  return own / other;
}

function ours(history: Prepared): number {
  return timed(history).meanMs;
}

function timed(history: Prepared): Timed {
  const known = measured.get(history.name);
  if (known !== undefined) return known;
  let mean: Timed | undefined;
  const rounds: number[] = [];
  for (let i = -WARM_UPS; i < ROUNDS; i += 1) {
    const once = history.check();
    if (i >= 0 || once.meanMs > LONG_MS) rounds.push(once.meanMs);
    mean = { verdict: once.verdict, meanMs: sum(rounds) / Math.max(1, rounds.length) };
    if (once.meanMs > LONG_MS) break;
  }
  const result = mean ?? fail('there was no round');
  measured.set(history.name, result);
  return result;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
