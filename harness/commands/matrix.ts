import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { referenceText } from '../../catalogue/index.ts';
import type { ExplorationResult } from '../../contract/index.ts';
import { readSeenRed } from '../journal/seen-red.ts';
import type { SeenRed } from '../journal/seen-red.ts';
import { buildScenario, openProject } from '../load/project.ts';
import { loadSystem } from '../load/subject.ts';
import { chooseRows, rowsOf } from './choose-rows.ts';
import { budgetOf } from './options.ts';
import { UsageError } from './usage-error.ts';

export interface MatrixOptions {
  readonly system?: string;
  readonly seed: number;
  /** Real time that exploration has for each safeguard. */
  readonly budget: string;
  /** False: only what rows say. */
  readonly explore: boolean;
  /** Only this safeguard. */
  readonly safeguardOff?: string;
  readonly jobs?: number;
  readonly runsDir: string;
}

/** A line of a row that switches a safeguard off. */
export interface RowKill {
  /** `NUM-01 invariant:cache-age-bound`. */
  readonly assertion: string;
  /** All that has turned the assertion red, as `faultline sabotage` noted it. */
  readonly redBy: readonly string[];
  /** `sabotage[0]`: the line itself. */
  readonly line: string;
}

/** One safeguard, and who notices that it is off. */
export interface MatrixLine {
  readonly safeguard: string;
  readonly rows: readonly RowKill[];
  /** Invariants and models, or why there are none. */
  readonly explored: string;
}

const SYSTEM = 'numbering';

/** `faultline sabotage --matrix`: exit code 1 when no row kills a safeguard. */
export async function matrix(root: string, options: MatrixOptions): Promise<number> {
  const system = options.system ?? SYSTEM;
  rowsOf(openProject(root), system);
  budgetOf(options.budget); // whoever explores reads it again
  const { components } = await loadSystem(root, system);
  const declared = new Set(components.flatMap((spec) => (spec.kind === 'service' ? spec.safeguards : [])));
  const { safeguardOff: only } = options;
  if (only !== undefined && !declared.has(only))
    throw new UsageError(`--safeguard-off ${only}: expected one of ${[...declared].toSorted().join(', ')}`);
  const rows = await rowKills(root, system, readSeenRed(options.runsDir));
  const lines: MatrixLine[] = [];
  for (const safeguard of only === undefined ? [...declared].toSorted() : [only]) {
    const explored = options.explore ? await exploredWithout(safeguard, system, options) : 'not explored';
    const line = { safeguard, rows: rows.get(safeguard) ?? [], explored };
    lines.push(line);
    process.stdout.write(describe(line));
  }
  const alive = lines.filter((line) => !killed(line)).map(({ safeguard }) => safeguard);
  process.stdout.write(
    `\n${lines.length - alive.length} of ${lines.length} safeguards are killed by a row${alive.length === 0 ? '' : `; not: ${alive.join(', ')}`}\n`,
  );
  return alive.length === 0 ? 0 : 1;
}

/** By safeguard the lines that switch it off. */
async function rowKills(root: string, system: string, seen: SeenRed): Promise<ReadonlyMap<string, RowKill[]>> {
  const kills = new Map<string, RowKill[]>();
  for (const { row: found } of chooseRows(openProject(root), [], system)) {
    const { row } = found;
    const { sabotage } = await buildScenario(found);
    for (const [index, { expect }] of row.sabotage.entries()) {
      const how = sabotage[index];
      if (how?.kind !== 'safeguard-off') continue;
      const wanted = referenceText(expect);
      const redBy = Object.entries(seen[row.id] ?? {}).flatMap(([reference, by]) =>
        reference === wanted || reference.startsWith(`${wanted}.`) ? by : [],
      );
      const line = `sabotage[${index}]`;
      kills.set(how.safeguard, [
        ...(kills.get(how.safeguard) ?? []),
        { assertion: `${row.id} ${wanted}`, redBy, line },
      ]);
    }
  }
  return kills;
}

/** True when an assertion that a row names for the safeguard has been seen red without it. What else turned it red says nothing of the safeguard. */
export function killed({ rows }: Pick<MatrixLine, 'rows'>): boolean {
  return rows.some(({ redBy, line }) => redBy.includes(line));
}

/** Explores in a process of its own, so that no safeguard's search finds the memory of the one before. */
async function exploredWithout(safeguard: string, system: string, options: MatrixOptions): Promise<string> {
  const { budget, seed, runsDir, jobs } = options;
  const args = ['explore', '--system', system, '--safeguard-off', safeguard, '--budget', budget, '--json'];
  const more = ['--seed', String(seed), '--runs-dir', runsDir, '--shrink-limit', '1'];
  const pace = jobs === undefined ? [] : ['--jobs', String(jobs)];
  const program = [...process.execArgv, process.argv[1] ?? ''];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...program, ...args, ...more, ...pace], {
    maxBuffer: 64_000_000,
  }).catch((error: unknown) => error as { readonly stdout: string; readonly stderr: string });
  if (!stdout.startsWith('{')) return `no answer: ${stderr.trim().split('\n').at(-1) ?? ''}`;
  const result = JSON.parse(stdout) as ExplorationResult;
  const found = result.failures.map(({ failure }) => failure.check);
  const runs = `${result.runs} runs, ${(result.exploringMs / 1000).toFixed(0)} s`;
  const problems = result.problems.length === 0 ? '' : `, ${result.problems.length} did not end`;
  return `${found.join(', ') || 'not found'} (${runs}${problems})`;
}

function describe({ safeguard, rows, explored }: MatrixLine): string {
  const said = rows.map(({ assertion, redBy, line }) => {
    if (redBy.includes(line)) return `${assertion}: red`;
    return `${assertion}: never seen red${redBy.length === 0 ? '' : ` by ${line}, only by ${redBy.join(', ')}`}`;
  });
  const [first = 'no row switches it off', ...others] = said;
  return [
    `${safeguard.padEnd(28)} ${first}`,
    ...others.map((each) => `${''.padEnd(28)} ${each}`),
    `${''.padEnd(28)} explored: ${explored}`,
    '',
  ].join('\n');
}
