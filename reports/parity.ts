import type { LineResult, RunResult } from '../contract/index.ts';
import { runPath } from './results.ts';
import { fit, sinceAnchor } from './text.ts';

/** A run in both worlds. */
export interface Pair {
  readonly name: string;
  readonly simulated: RunResult | undefined;
  readonly deployed: RunResult | undefined;
}

/** How two results of one run stand to each other: `unjudged` where the deployed world could not tell, and nothing differs else. */
export type Agreement = 'agree' | 'unjudged' | 'differ';

/** Runs of two worlds by their names. */
export function pairs(simulated: readonly RunResult[], deployed: readonly RunResult[]): readonly Pair[] {
  const name = (run: RunResult): string => runPath(run, run.seed);
  const names = [...new Set([...simulated, ...deployed].map(name))];
  const find = (runs: readonly RunResult[], wanted: string): RunResult | undefined =>
    runs.find((run) => name(run) === wanted);
  return names.map((each) => ({ name: each, simulated: find(simulated, each), deployed: find(deployed, each) }));
}

/** contract: the verdicts agree, and those of each line. */
export function agreement({ simulated, deployed }: Pair): Agreement {
  if (!simulated || !deployed) return 'differ';
  const found = references(simulated, deployed).map((reference) => compared(simulated, deployed, reference));
  if (found.includes('differ')) return 'differ';
  if (simulated.verdict === deployed.verdict) return found.includes('unjudged') ? 'unjudged' : 'agree';
  return deployed.verdict === 'unknown' && found.includes('unjudged') ? 'unjudged' : 'differ';
}

/** Row by row: verdict, each instant in both worlds since its anchor, and what differs. */
export function parityText(all: readonly Pair[]): string {
  const out: string[] = [];
  for (const pair of all) {
    const { name, simulated, deployed } = pair;
    const speed = deployed === undefined ? '' : ` x ${deployed.speed}`;
    out.push(`${fit(name, 24)} ${fit('simulated', 16)} ${fit(`deployed${speed}`, 16)} difference`);
    out.push(row('verdict', simulated?.verdict ?? 'not run', deployed?.verdict ?? 'not run', mark(agreement(pair))));
    for (const reference of references(simulated, deployed)) {
      const [a, b] = [lineOf(simulated, reference), lineOf(deployed, reference)];
      if (a?.anchor === undefined && b?.anchor === undefined && a?.verdict === b?.verdict) continue;
      out.push(row(reference, cell(a), cell(b), difference(a, b)));
    }
    if (deployed?.problem !== undefined) out.push(`  ${fit(deployed.problem, 100)}`);
    out.push('');
  }
  const count = (wanted: Agreement): number => all.filter((pair) => agreement(pair) === wanted).length;
  const unjudged = count('unjudged') === 0 ? '' : ` · ${count('unjudged')} could not be judged on this machine`;
  out.push(`${count('agree')} agree · ${count('differ')} differ${unjudged}`);
  return `${out.join('\n')}\n`;
}

function row(title: string, simulated: string, deployed: string, differs: string): string {
  return `  ${fit(title, 22)} ${fit(simulated, 16)} ${fit(deployed, 16)} ${differs}`.trimEnd();
}

function references(simulated: RunResult | undefined, deployed: RunResult | undefined): readonly string[] {
  return [...new Set([...(simulated?.lines ?? []), ...(deployed?.lines ?? [])].map(({ reference }) => reference))];
}

function lineOf(run: RunResult | undefined, reference: string): LineResult | undefined {
  return run?.lines.find((line) => line.reference === reference);
}

function compared(simulated: RunResult, deployed: RunResult, reference: string): Agreement {
  const [a, b] = [lineOf(simulated, reference)?.verdict, lineOf(deployed, reference)?.verdict];
  if (a === b) return 'agree';
  return b === 'unknown' ? 'unjudged' : 'differ';
}

function cell(line: LineResult | undefined): string {
  if (line === undefined) return 'not judged';
  const since = sinceAnchor(line);
  return line.verdict === 'pass' && since !== '' ? since : `${line.verdict} ${since}`.trim();
}

function difference(a: LineResult | undefined, b: LineResult | undefined): string {
  if (a?.verdict !== b?.verdict) return b?.verdict === 'unknown' ? 'not judged' : 'DIFFERENT';
  const elapsed = (line: LineResult | undefined): number | undefined =>
    line?.at === undefined || line.anchor === undefined ? undefined : line.at - line.anchor.at;
  const [before, after] = [elapsed(a), elapsed(b)];
  if (before === undefined || after === undefined) return '';
  const seconds = (after - before) / 1000;
  return `${seconds < 0 ? '' : '+'}${seconds.toFixed(1)} s`;
}

function mark(found: Agreement): string {
  return found === 'agree' ? '' : found === 'differ' ? 'DIFFERENT' : 'not judged';
}
