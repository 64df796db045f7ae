import type { Line, Row } from '../../catalogue/index.ts';
import type { Probe, RunPlan, ScenarioBody } from '../../contract/index.ts';

/** A line of a row that a run judges. `probe` is undefined where the scenario has none: the line is then `unknown`. */
export interface JudgedLine {
  readonly index: number;
  readonly line: Line;
  readonly probe: Probe | undefined;
}

/** The lines of one part of a row that a run judges. */
export function judgedLines(
  part: 'mitigation' | 'recovery',
  row: Pick<Row, 'mitigation' | 'recovery'>,
  body: ScenarioBody,
  plan: Pick<RunPlan, 'judges'>,
): readonly JudgedLine[] {
  const chosen = plan.judges?.[part];
  return row[part]
    .map((line, index) => ({ index, line, probe: body[part][index] }))
    .filter(({ index }) => chosen?.includes(index) ?? true);
}

/** The `never` probes that a run judges, with their indices. */
export function judgedNever(
  body: ScenarioBody,
  plan: Pick<RunPlan, 'judges'>,
): readonly (readonly [index: number, probe: Probe])[] {
  const chosen = plan.judges?.never;
  return [...body.never.entries()].filter(([index]) => chosen?.includes(index) ?? true);
}

/** Whether a run can show the assertion of that reference: `mitigation[3]`, `invariant:single-holder`. */
export function judges(plan: Pick<RunPlan, 'judges'>, reference: string): boolean {
  if (reference === 'detection') return plan.judges?.detection !== 'silent';
  const [, part, index] = /^(?:impact\.)?(mitigation|recovery|never)\[(\d+)\]/.exec(reference) ?? [];
  if (part === undefined) return true;
  return plan.judges?.[part as 'mitigation' | 'recovery' | 'never']?.includes(Number(index)) ?? true;
}
