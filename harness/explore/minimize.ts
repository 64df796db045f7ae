import type { CaseFailure, ExplorationCase, ExplorationModel } from '../../contract/index.ts';
import { CaseArbitrary } from './case-arbitrary.ts';
import type { CaseJob, CaseOutcome } from './worker-job.ts';

/** Who runs cases, so many at a time: `Workers`. */
export interface CaseRunner {
  readonly jobs: number;
  run(job: CaseJob): Promise<CaseOutcome>;
}

/** A failing case, as small as it was made in the time that there was. */
export interface Minimized {
  readonly case: ExplorationCase;
  readonly failure: CaseFailure;
  readonly outcome: CaseOutcome;
  readonly tried: number;
  readonly wallMs: number;
  /** Nothing smaller fails: the time was enough. */
  readonly minimal: boolean;
}

export interface MinimizeOptions {
  readonly model: ExplorationModel;
  readonly workers: CaseRunner;
  readonly limitMs: number;
  readonly onStep?: (smaller: ExplorationCase, tried: number) => void;
  readonly stopped: () => boolean;
}

/** The failures that a check found, without those of other checks. */
export const ofCheck = ({ failures }: CaseOutcome, check: string): CaseFailure | undefined =>
  failures.find((failure) => failure.check === check);

/**
 * Walks down fast-check's shrinks: the first smaller case that fails by the same check is taken, and shrunk on from the place
 * that was reached. As many are tried at a time as there are workers; which one is taken does not depend on that.
 */
export async function minimize(
  failing: ExplorationCase,
  first: CaseOutcome,
  failure: CaseFailure,
  { model, workers, limitMs, onStep, stopped }: MinimizeOptions,
): Promise<Minimized> {
  const begun = performance.now();
  const arbitrary = new CaseArbitrary(model);
  const known = new Set([textOf(failing)]);
  let best: Pick<Minimized, 'case' | 'failure' | 'outcome'> = { case: failing, failure, outcome: first };
  let tried = 0;
  const over = (): boolean => stopped() || performance.now() - begun > limitMs;
  for (;;) {
    let found = false;
    const candidates = fresh(arbitrary.shrink(best.case), known);
    for (
      let batch = take(candidates, workers.jobs);
      batch.length > 0 && !over();
      batch = take(candidates, workers.jobs)
    ) {
      const outcomes = await Promise.all(batch.map((each) => workers.run({ case: each, whole: false })));
      tried += batch.length;
      const at = outcomes.findIndex((outcome) => ofCheck(outcome, failure.check) !== undefined);
      const [smaller, outcome] = [batch[at], outcomes[at]];
      if (smaller === undefined || outcome === undefined) continue;
      best = { case: smaller, outcome, failure: ofCheck(outcome, failure.check) ?? failure };
      onStep?.(smaller, tried);
      // Those after it in the batch were looked at for nothing: they may be met again, smaller.
      found = true;
      break;
    }
    if (!found) return { ...best, tried, wallMs: performance.now() - begun, minimal: !over() };
  }
}

const textOf = (value: ExplorationCase): string => JSON.stringify(value);

/** Those that were not tried before. */
function* fresh(
  shrinks: Iterable<{ readonly value: ExplorationCase }>,
  known: Set<string>,
): Generator<ExplorationCase> {
  for (const { value } of shrinks) {
    const text = textOf(value);
    if (known.has(text)) continue;
    known.add(text);
    yield value;
  }
}

function take<T>(from: Iterator<T>, count: number): readonly T[] {
  const taken: T[] = [];
  while (taken.length < count) {
    const next = from.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}
