import { referenceText } from '../../catalogue/index.ts';
import type { Row } from '../../catalogue/index.ts';
import type { Mutation, ScenarioBody } from '../../contract/index.ts';
import { judges } from '../judge/judged.ts';

/** One sabotage or mutation, and the run of the row in which it is shown. */
export interface PlannedSabotage {
  readonly run: string;
  readonly sabotage: { readonly line: number } | { readonly mutation: Mutation };
}

/**
 * Where each line of the row's sabotage and each mutation is shown. A line: in the run that the scenario names for it,
 * otherwise in the first that judges the assertion named; of one run only those that it shows. A mutation: in as many runs as it takes for every assertion
 * that it concerns.
 */
export function plannedSabotage(row: Row, body: ScenarioBody, only?: string): readonly PlannedSabotage[] {
  const runs = Object.entries(body.runs).filter(([run]) => only === undefined || run === only);
  const judging = (reference: string): string | undefined =>
    runs.find(([, plan]) => judges(plan, reference))?.[0] ?? runs[0]?.[0];
  const covering = (references: readonly string[]): readonly string[] => [
    ...new Set(references.flatMap((reference) => judging(reference) ?? [])),
  ];
  /** Of one run that was asked for, what it judges itself. */
  const shown = (reference: string): string | undefined =>
    only === undefined || runs.some(([, plan]) => judges(plan, reference)) ? judging(reference) : undefined;
  const first = runs.slice(0, 1).map(([run]) => run);
  const lines = row.sabotage.flatMap(({ expect }, line): PlannedSabotage[] => {
    const named = body.sabotage[line]?.run;
    const reference = referenceText(expect);
    const run = named ?? shown(reference);
    return run === undefined || (only !== undefined && run !== only) ? [] : [{ run, sabotage: { line } }];
  });
  const mutation = (name: Mutation, where: readonly string[]): readonly PlannedSabotage[] =>
    (where.length > 0 ? where : first).map((run) => ({ run, sabotage: { mutation: name } }));
  const nevers = body.never.map((_, i) => `impact.never[${i}]`);
  return [
    ...lines,
    ...mutation('no-fault', first),
    ...mutation('mute-alert', covering(['detection'])),
    ...mutation('no-heal', covering(countingFromCleared(row))),
    ...mutation('plant', covering(nevers)),
  ];
}

/** References of the lines that count from cleared: what `no-heal` must turn red. */
export function countingFromCleared(row: Row): readonly string[] {
  return (['mitigation', 'recovery'] as const).flatMap((part) =>
    row[part].flatMap(({ from }, i) => (from === 'cleared' ? [`${part}[${i}]`] : [])),
  );
}
