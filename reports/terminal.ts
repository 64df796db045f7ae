import type { RunResult, Verdict } from '../contract/index.ts';
import { VERDICTS, worst } from '../contract/index.ts';
import { foundText } from './found-text.ts';
import type { Reporter } from './reporter.ts';
import { again, byRow, decisive, linesOf, runPath } from './results.ts';
import { runBlock } from './run-block.ts';
import { clock, count, fit, limitText, span } from './text.ts';

/** As experience.md draws it: one row in full, several as a table with only the failures in full. */
export const terminal: Reporter = (result, { directory }) => {
  const rows = byRow(result.runs);
  const simulated = result.runs.reduce((sum, run) => sum + run.simulatedMs, 0);
  const took = `${span(simulated)} ${result.world === 'simulated' ? 'simulated' : 'of the document'} in ${span(result.wallMs)}`;
  const out: string[] = [];
  for (const [id, runs] of rows) {
    const bad = runs.some(({ verdict }) => verdict !== 'pass');
    if (rows.length > 1 && !bad) continue;
    out.push(fit(`${id}  ${titleOf(runs)}`, 56) + ` ${where(result.world, runs)} · seed ${result.seed}`, '');
    for (const run of rows.length > 1 ? runs.filter(({ verdict }) => verdict !== 'pass') : runs)
      out.push(...runBlock(run));
    if (rows.length > 1) out.push('');
  }
  if (rows.length > 1) out.push(...table(rows), '');
  const verdicts = rows.map(([, runs]) => worst(runs.map(({ verdict }) => verdict)));
  if (rows.length > 1) out.push(fit(` ${tally(verdicts)}`, 56) + ` ${took}`);
  out.push(...idleAlongside(rows));
  for (const [id, runs] of rows) {
    const verdict = worst(runs.map((run) => run.verdict));
    const summary = rows.length === 1 ? `${count(runs.length, 'run')} · ${took}` : '';
    if (verdict === 'pass') {
      if (rows.length === 1) out.push(fit(`pass  ${id}  ${summary}`, 72) + ` ${directory}`);
      continue;
    }
    for (const run of runs.filter((each) => each.verdict !== 'pass')) {
      out.push(fit(`${run.verdict}  ${id}  run ${run.run}: ${reason(run)}`, 72) + ` ${directory}`);
      out.push(`      again:   npx faultline ${again(run, `${directory}/${runPath(run, result.seed)}`)}`);
    }
    out.push(`      look:    npx faultline report ${directory}`);
  }
  out.push(...foundText(result.found ?? []));
  return `${out.join('\n')}\n`;
};

/** `deployed x 4`: the world, and how much faster than the document it ran. */
function where(world: string, runs: readonly RunResult[]): string {
  const speed = runs[0]?.speed ?? 1;
  return speed === 1 ? world : `${world} x ${speed}`;
}

/** contract.md, Detection: an alert alongside that no run ever fires is reported. */
function idleAlongside(rows: readonly (readonly [string, readonly RunResult[]])[]): readonly string[] {
  return rows.flatMap(([id, runs]) => {
    const complete = runs.filter(({ instants }) => instants.ended !== undefined);
    const alerts = new Set(complete.flatMap(({ alongside }) => alongside.map(({ alert }) => alert)));
    const fired = new Set(
      complete.flatMap(({ alongside }) => alongside.filter((each) => each.fired).map(({ alert }) => alert)),
    );
    return [...alerts.difference(fired)].map((alert) => `note  ${id}  ${alert} stands alongside and fired in no run`);
  });
}

function titleOf(runs: readonly RunResult[]): string {
  return runs.find(({ title }) => title !== '')?.title ?? '';
}

function reason(run: RunResult): string {
  const lines = decisive(run).filter(({ verdict }) => verdict === run.verdict);
  if (lines.length > 0) return lines.map(({ reference }) => reference).join(', ');
  return run.problem?.split('\n')[0] ?? `in phase ${run.phase}`;
}

export function tally(verdicts: readonly string[]): string {
  const shown: readonly Verdict[] = ['pass', 'fail', ...VERDICTS.filter((each) => each !== 'pass' && each !== 'fail')];
  return shown
    .map((verdict) => [verdict, verdicts.filter((each) => each === verdict).length] as const)
    .filter(([verdict, n]) => n > 0 || verdict === 'pass' || verdict === 'fail')
    .map(([verdict, n]) => `${n} ${verdict}`)
    .join(' · ');
}

function table(rows: readonly (readonly [string, readonly RunResult[]])[]): readonly string[] {
  const head = ` ${'row'.padEnd(10)} ${'runs'.padEnd(5)} ${'detection'.padEnd(20)} ${'mitigation'.padEnd(11)} ${'recovery'.padEnd(11)} verdict`;
  return [
    head,
    ...rows.map(([id, runs]) => {
      const verdict = worst(runs.map((run) => run.verdict));
      const part = (name: string): string => {
        const lines = runs.flatMap((run) => linesOf(run, name));
        return lines.length === 0
          ? '-'
          : `${lines.filter((line) => line.verdict === 'pass').length} of ${lines.length}`;
      };
      return ` ${id.padEnd(10)} ${String(runs.length).padEnd(5)} ${slowest(runs).padEnd(20)} ${part('mitigation').padEnd(11)} ${part('recovery').padEnd(11)} ${verdict}`;
    }),
  ];
}

/** The slowest detection of a row's runs beside its limit: `0:07.0 / 10 s`. */
function slowest(runs: readonly RunResult[]): string {
  const lines = runs.flatMap((run) => linesOf(run, 'detection'));
  const [first] = lines;
  if (!first) return '-';
  const times = lines.map(({ at, anchor }) => (at === undefined || anchor === undefined ? Infinity : at - anchor.at));
  const worstTime = Math.max(...times);
  return `${worstTime === Infinity ? 'never' : clock(worstTime)} / ${limitText(first.limit ?? '')}`;
}
