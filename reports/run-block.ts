import type { LineResult, RunResult, Verdict } from '../contract/index.ts';
import { linesOf } from './results.ts';
import { clock, count, fit, limitText, logText, sinceAnchor } from './text.ts';

const TEXT_WIDTH = 74;
const LIMIT_WIDTH = 13;
const INDENT = ' '.repeat(24);

/** One run as the terminal shows it: a line for each step, and below a line that did not pass what was expected and seen. */
export function runBlock(run: RunResult): readonly string[] {
  const { injected, cleared } = run.instants;
  return [
    `  run ${run.run}  ${run.fault}${variant(run)}`,
    ...steady(run),
    ...(injected === undefined ? [] : [step('fault', clock(0), run.fault)]),
    ...linesOf(run, 'witness').flatMap((line) =>
      row('witness', line.at === undefined ? '' : clock(line.at - (injected ?? 0)), line),
    ),
    ...linesOf(run, 'detection').flatMap((line) => row('detected', sinceAnchor(line), line, line.title)),
    ...numbered('mitigated', linesOf(run, 'mitigation')),
    ...(cleared === undefined || injected === undefined ? [] : [step('cleared', clock(cleared - injected), '')]),
    ...numbered('recovered', linesOf(run, 'recovery')),
    ...audit(run),
    ...planted(run),
    ...(run.problem === undefined ? [] : detail([['problem', run.problem]])),
    ...(run.log.length === 0 ? [] : log(run)),
  ];
}

function variant({ sabotage }: RunResult): string {
  if (sabotage === undefined) return '';
  return 'mutation' in sabotage ? `  (mutation ${sabotage.mutation})` : `  (sabotage ${sabotage.line})`;
}

function steady(run: RunResult): readonly string[] {
  const lines = linesOf(run, 'steady').filter(({ reference }) => !reference.endsWith('.again'));
  if (lines.length === 0) return [];
  if (lines.every(({ verdict }) => verdict === 'pass'))
    return [step('steady', 'ok', lines.map(({ seen }) => seen.replace(/ \(.*\)$/, '')).join(' · '))];
  return numbered('steady', lines);
}

function numbered(label: string, lines: readonly LineResult[]): readonly string[] {
  return lines.flatMap((line, i) => {
    const index = /\[\d+\]/.exec(line.reference)?.[0] ?? '';
    return row(
      i === 0 ? label : '',
      sinceAnchor(line),
      line,
      `${index} ${line.verdict === 'pass' ? line.seen : line.title}`,
    );
  });
}

function audit(run: RunResult): readonly string[] {
  const again = run.lines.filter(({ reference }) => reference.endsWith('.again'));
  const parts = [
    again,
    linesOf(run, 'impact.never'),
    linesOf(run, 'impact.maySee'),
    linesOf(run, 'alerts'),
    linesOf(run, 'logs'),
    linesOf(run, 'invariant'),
    linesOf(run, 'residue'),
  ];
  const lines = parts.flat();
  if (lines.length === 0) return [];
  const invariants = linesOf(run, 'invariant').length;
  const bad = lines.filter(({ verdict }) => verdict !== 'pass');
  const residue = linesOf(run, 'residue').every(({ verdict }) => verdict === 'pass') ? 'no residue' : 'residue';
  const text = `${count(invariants, 'invariant')} over ${count(run.operations, 'operation')} · ${count(run.otherAlerts.length, 'other alert')} · ${residue}`;
  const head = step('audit', '', text, '', bad.length === 0 ? 'ok' : '');
  return [head, ...bad.flatMap((line) => row('', '', line, `${line.reference} ${line.title}`.trim()))];
}

function planted(run: RunResult): readonly string[] {
  const lines = linesOf(run, 'plant');
  if (lines.length === 0) return [];
  const bad = lines.filter(({ verdict }) => verdict !== 'pass');
  const text = `${lines.length - bad.length} of ${count(lines.length, 'line')} turned red when a violation was planted`;
  return [step('plant', '', text, '', bad.length === 0 ? 'ok' : ''), ...bad.flatMap((line) => row('', '', line))];
}

function row(label: string, at: string, line: LineResult, text = line.seen): readonly string[] {
  const limit =
    line.limit === undefined ? '' : line.limit === 'immediate' ? 'at once' : `limit ${limitText(line.limit)}`;
  if (line.verdict === 'pass') return [step(label, at, text, limit, 'ok')];
  return [
    step(label, line.verdict, text, limit),
    ...detail([
      ['expected', line.expected],
      ['seen', line.seen + when(line)],
    ]),
  ];
}

function when({ at, anchor }: LineResult): string {
  if (at === undefined) return '';
  return anchor === undefined ? ` at ${clock(at)} of the run` : ` at ${clock(at - anchor.at)} after ${anchor.name}`;
}

function step(label: string, at: string, text: string, limit = '', verdict: Verdict | 'ok' | '' = ''): string {
  return `    ${label.padEnd(10)} ${at.padEnd(8)} ${fit(text, TEXT_WIDTH)} ${limit.padEnd(LIMIT_WIDTH)}${verdict}`.trimEnd();
}

function detail(pairs: readonly (readonly [string, string])[]): readonly string[] {
  return pairs.map(([name, text]) => `${INDENT}${name.padEnd(9)} ${text.replaceAll('\n', `\n${INDENT}          `)}`);
}

function log(run: RunResult): readonly string[] {
  const since = run.instants.injected ?? 0;
  return run.log.map(
    ({ at, source, text }, i) =>
      `${INDENT}${(i === 0 ? 'log' : '').padEnd(9)} ${source}  ${clock(at - since)}  ${logText(text)}`,
  );
}
