import type { Anchor, Row } from '../../catalogue/index.ts';
import type { ScenarioBody } from '../../contract/index.ts';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { judges } from '../judge/judged.ts';
import { polling } from '../run/polling.ts';
import { buildScenario } from './project.ts';
import type { Project } from './project.ts';

/** What a row has to prove. */
export interface Assertions {
  readonly id: string;
  /** The references of every assertion that must be seen red once. */
  readonly references: readonly string[];
}

/** Whether scenario files and catalogue rows say the same: each line of an implemented row has its assertion, and no other. */
export async function correspondence(
  project: Project,
): Promise<{ problems: readonly string[]; assertions: readonly Assertions[] }> {
  const problems = project.orphans.map(
    ({ id, file }) =>
      `${relative(project.root, file)}: expected a row ${id} in the catalogue, found none; correct the file's name`,
  );
  const assertions: Assertions[] = [];
  for (const projectRow of project.rows) {
    const { row, scenario } = projectRow;
    if (!scenario) continue;
    const file = relative(project.root, scenario.file);
    try {
      const body = await buildScenario(projectRow);
      problems.push(...differences(row, body).map((difference) => `${file}: ${difference}`));
      for (const name of row.invariants)
        if (!existsSync(join(project.root, 'models', row.system, 'invariants', `${name}.ts`)))
          problems.push(
            `${file}: expected models/${row.system}/invariants/${name}.ts, found no such file; write the invariant`,
          );
      assertions.push({ id: row.id, references: references(row, body) });
    } catch (error) {
      problems.push(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { problems, assertions };
}

/** What a scenario lacks or has too much, against its row. */
export function differences(row: Row, body: ScenarioBody): readonly string[] {
  const problems: string[] = [];
  const indices = (part: 'mitigation' | 'recovery' | 'sabotage', wanted: number): void => {
    for (let i = 0; i < wanted; i += 1)
      if (body[part][i] === undefined)
        problems.push(
          `expected ${part}: { ${i}: ... } for the row's line ${part}[${i}] (${row.place}), found none; add it`,
        );
    for (const index of Object.keys(body[part]))
      if (Number(index) >= wanted)
        problems.push(
          `expected ${wanted} lines of ${part}, found an index ${index} that ${row.id} does not have; remove it`,
        );
  };
  indices('mitigation', row.mitigation.length);
  indices('recovery', row.recovery.length);
  indices('sabotage', row.sabotage.length);
  if (Object.keys(body.runs).length === 0) problems.push('expected at least one run, found none; add runs: { A: ... }');
  for (const run of row.fault.shape.matchAll(/\bRun ([A-Z]):/g))
    if (run[1] !== undefined && !Object.hasOwn(body.runs, run[1]))
      problems.push(`expected run ${run[1]} of the row's shape, found ${Object.keys(body.runs).join(', ')}; add it`);
  if (body.steadyState.length === 0)
    problems.push('expected a probe for the steady state, found none; add steadyState: [...]');
  if (body.never.length === 0)
    problems.push(`expected a probe for "Never: ${row.impact.never}", found none; add never: [...]`);
  const plans = Object.values(body.runs);
  for (const reference of ['detection', ...lineReferences(row)])
    if (plans.length > 0 && !plans.some((plan) => judges(plan, reference)))
      problems.push(`expected a run that judges ${reference}, found none; add it to the judges of a run`);
  for (const [anchor, name] of [
    ['threshold', 'threshold'],
    ['next-run', 'nextRun'],
  ] as const)
    for (const [run, plan] of Object.entries(body.runs))
      if (countsFrom(row, anchor).some((reference) => judges(plan, reference)) && !(plan[name] ?? body[name]))
        problems.push(
          `expected ${name}, from which a line of the row counts in run ${run}, found none; add ${name}: ...`,
        );
  const probes = [
    ...body.steadyState,
    ...Object.values(body.mitigation),
    ...Object.values(body.recovery),
    ...body.never,
  ];
  for (const [title, looks] of Map.groupBy(polling(probes), (probe) => probe.title))
    // The same look may be used for several lines; what it records is told apart by its title alone.
    if (
      new Set(
        looks.map((probe) =>
          Object.values(probe.poll ?? {})
            .map(String)
            .join(),
        ),
      ).size > 1
    )
      problems.push(
        `expected a title of its own for each probe that polls, found two different ones called ${JSON.stringify(title)}; rename one`,
      );
  return problems;
}

function references(row: Row, body: ScenarioBody): readonly string[] {
  return [
    'detection',
    ...lineReferences(row),
    ...body.never.map((_, i) => `impact.never[${i}]`),
    'impact.maySee',
    'alerts',
    ...row.invariants.map((name) => `invariant:${name}`),
  ];
}

/** References of the lines that count from an anchor. */
function countsFrom(row: Row, anchor: Anchor): readonly string[] {
  const lines = (['mitigation', 'recovery'] as const).flatMap((part) =>
    row[part].map(({ from }, i) => ({ reference: `${part}[${i}]`, from })),
  );
  return [{ reference: 'detection', from: row.detection.from }, ...lines]
    .filter(({ from }) => from === anchor)
    .map(({ reference }) => reference);
}

function lineReferences(row: Pick<Row, 'mitigation' | 'recovery'>): readonly string[] {
  return [...row.mitigation.map((_, i) => `mitigation[${i}]`), ...row.recovery.map((_, i) => `recovery[${i}]`)];
}
