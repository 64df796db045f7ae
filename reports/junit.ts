import type { FoundResult, RunResult } from '../contract/index.ts';
import { worst } from '../contract/index.ts';
import { againFound } from './found-text.ts';
import type { Reporter } from './reporter.ts';
import { again, byRow, decisive, runPath } from './results.ts';

/** A case for each row; its runs' instants, in seconds of the run's clock, are properties. */
export const junit: Reporter = (result, { directory }) => {
  const rows = byRow(result.runs);
  const cases = rows.map(([id, runs]) => {
    const verdict = worst(runs.map((run) => run.verdict));
    const title = runs.find((run) => run.title !== '')?.title ?? '';
    const seconds = (runs.reduce((sum, run) => sum + run.wallMs, 0) / 1000).toFixed(3);
    const bad = runs
      .filter((run) => run.verdict !== 'pass')
      .map((run) => describe(run, `${directory}/${runPath(run, result.seed)}`));
    const tag = verdict === 'fail' ? 'failure' : verdict === 'pass' ? undefined : 'error';
    return [
      `  <testcase classname="faultline.${xml(id.replace(/-\d+$/, ''))}" name="${xml(`${id} ${title}`)}" time="${seconds}">`,
      '    <properties>',
      ...runs.flatMap(properties),
      '    </properties>',
      ...(tag === undefined
        ? []
        : [
            `    <${tag} type="${verdict}" message="${xml(bad.map(([first]) => first).join('; '))}">${xml(bad.flat().join('\n'))}</${tag}>`,
          ]),
      '  </testcase>',
    ].join('\n');
  });
  const found = result.found ?? [];
  const verdicts = [
    ...rows.map(([, runs]) => worst(runs.map((run) => run.verdict))),
    ...found.map(({ verdict }) => verdict),
  ];
  const failures = verdicts.filter((verdict) => verdict === 'fail').length;
  const errors = verdicts.filter((verdict) => verdict !== 'fail' && verdict !== 'pass').length;
  const head = `<testsuite name="faultline" tests="${verdicts.length}" failures="${failures}" errors="${errors}" time="${(result.wallMs / 1000).toFixed(3)}" timestamp="${xml(result.startedAt)}">`;
  return ['<?xml version="1.0" encoding="UTF-8"?>', head, ...cases, ...found.map(foundCase), '</testsuite>', ''].join(
    '\n',
  );
};

function foundCase(each: FoundResult): string {
  const head = `  <testcase classname="faultline.found" name="${xml(`${each.name} ${each.check}`)}" time="${(each.wallMs / 1000).toFixed(3)}"`;
  if (each.verdict === 'pass') return `${head}/>`;
  const tag = each.verdict === 'fail' ? 'failure' : 'error';
  return `${head}>\n    <${tag} type="${each.verdict}" message="${xml(each.seen)}">again: ${xml(againFound(each))}</${tag}>\n  </testcase>`;
}

function properties(run: RunResult): readonly string[] {
  const property = (name: string, value: string): string =>
    `      <property name="${xml(`${run.run}.${name}`)}" value="${xml(value)}"/>`;
  return [
    property('verdict', run.verdict),
    property('seed', String(run.seed)),
    ...Object.entries(run.instants).map(([name, at]) => property(name, (at / 1000).toFixed(3))),
  ];
}

function describe(run: RunResult, path: string): readonly [string, ...string[]] {
  const lines = decisive(run);
  const first = `run ${run.run} ${run.verdict}: ${lines.map(({ reference }) => reference).join(', ') || (run.problem ?? '')}`;
  return [
    first,
    ...lines.map((line) => `${line.reference}: expected ${line.expected}; seen ${line.seen}`),
    ...(run.problem === undefined ? [] : [run.problem]),
    `again: npx faultline ${again(run, path)}`,
  ];
}

function xml(text: string): string {
  // Control characters have no place in XML 1.0, escaped or not.
  // oxlint-disable-next-line no-control-regex
  const clean = text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '');
  return clean.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
