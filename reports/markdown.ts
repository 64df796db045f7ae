import { worst } from '../contract/index.ts';
import type { RunResult } from '../contract/index.ts';
import { againFound } from './found-text.ts';
import type { Reporter } from './reporter.ts';
import { again, byRow, decisive, linesOf, runPath } from './results.ts';
import { tally } from './terminal.ts';
import { limitText, sinceAnchor, span } from './text.ts';

/** The summary of a CI job: a table of rows, then what failed with what was expected, seen and the way back to it. */
export const markdown: Reporter = (result, { directory }) => {
  const rows = byRow(result.runs);
  const simulated = result.runs.reduce((sum, run) => sum + run.simulatedMs, 0);
  const verdicts = rows.map(([, runs]) => worst(runs.map((run) => run.verdict)));
  return [
    `## Faultline: ${result.verdict}`,
    '',
    `${tally(verdicts)}, ${result.world}, seed ${result.seed}, ${span(simulated)} simulated in ${span(result.wallMs)}`,
    '',
    '| row | run | fault | detection | mitigation | recovery | verdict |',
    '|---|---|---|---|---|---|---|',
    ...result.runs.map(
      (run) =>
        `| ${cell(`${run.id} ${run.title}`)} | ${run.run} | ${cell(run.fault)} | ${times(run, 'detection')} | ${times(run, 'mitigation')} | ${times(run, 'recovery')} | ${run.verdict === 'pass' ? 'pass' : `**${run.verdict}**`} |`,
    ),
    '',
    ...result.runs
      .filter(({ verdict }) => verdict !== 'pass')
      .flatMap((run) => failure(run, `${directory}/${runPath(run, result.seed)}`)),
    ...(result.found ?? []).map(
      (each) =>
        `- ${each.name}, found by exploration (\`${each.check}\`): ${each.verdict === 'pass' ? 'pass' : `**${each.verdict}**, ${each.seen}; again: \`${againFound(each)}\``}`,
    ),
  ].join('\n');
};

function times(run: RunResult, part: string): string {
  const lines = linesOf(run, part);
  if (lines.length === 0) return '-';
  return lines
    .map(
      (line) =>
        `${line.verdict === 'pass' ? '' : `${line.verdict}: `}${sinceAnchor(line)}${line.limit === undefined ? '' : ` / ${limitText(line.limit)}`}`,
    )
    .join('<br>');
}

function failure(run: RunResult, path: string): readonly string[] {
  return [
    `### ${run.id} run ${run.run}: ${run.verdict}`,
    '',
    ...decisive(run).map(
      (line) => `- \`${line.reference}\` ${line.title}: expected ${line.expected}; seen ${line.seen}`,
    ),
    ...(run.problem === undefined ? [] : ['```', run.problem, '```']),
    ...(run.log.length === 0
      ? []
      : ['', '```', ...run.log.map(({ at, source, text }) => `${(at / 1000).toFixed(3)} ${source} ${text}`), '```']),
    '',
    `Again: \`npx faultline ${again(run, path)}\``,
    '',
  ];
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
