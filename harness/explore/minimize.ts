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

type Best = Pick<Minimized, 'case' | 'failure' | 'outcome'>;

/**
 * Walks down fast-check's shrinks: the first smaller case that fails by the same check is taken, and shrunk on from the place
 * that was reached. As many are tried at a time as there are workers; which one is taken does not depend on that. Before that come guesses: the case
 * with those commands only that the failure speaks of. A condition of the liveness phase is not waited for to its limit at each
 * try; what is left then is run once more with all the time that the limit gives, and where it holds then, the case before it is taken.
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
  const taken: Best[] = [{ case: failing, failure, outcome: first }];
  let tried = 0;
  const over = (): boolean => stopped() || performance.now() - begun > limitMs;
  const best = (): Best => taken.at(-1) as Best;
  /** The first of them that fails is taken, with its context. */
  const walk = async (from: Iterator<Candidate>): Promise<Candidate | undefined> => {
    for (let batch = take(from, workers.jobs); batch.length > 0 && !over(); batch = take(from, workers.jobs)) {
      const outcomes = await Promise.all(
        batch.map(({ value }) => workers.run({ case: value, whole: false, impatient: true })),
      );
      tried += batch.length;
      // Those after it in the batch were looked at for nothing: they may be met again, smaller.
      const at = outcomes.findIndex((outcome) => ofCheck(outcome, failure.check) !== undefined);
      const [smaller, outcome] = [batch[at], outcomes[at]];
      if (smaller === undefined || outcome === undefined) continue;
      taken.push({ case: smaller.value, outcome, failure: ofCheck(outcome, failure.check) ?? failure });
      onStep?.(smaller.value, tried);
      return smaller;
    }
    return undefined;
  };
  await walk(fresh(guesses(best()), known));
  let context: unknown;
  let minimal = false;
  while (!over()) {
    const found = await walk(fresh(candidates(best(), arbitrary, context), known));
    if (found === undefined) {
      minimal = !over();
      break;
    }
    ({ context } = found);
  }
  for (let last = best(); last.outcome.givenUp === true; last = best()) {
    const outcome = await workers.run({ case: last.case, whole: false });
    tried += 1;
    taken.pop();
    const again = ofCheck(outcome, failure.check);
    if (again !== undefined) taken.push({ case: last.case, outcome, failure: again });
    else minimal = false;
  }
  return { ...best(), tried, wallMs: performance.now() - begun, minimal };
}

interface Candidate {
  readonly value: ExplorationCase;
  readonly context?: unknown;
}

/** Only those commands that the failure seems to be about, without faults and with them. */
function guesses({ case: failing, outcome, failure }: Best): readonly Candidate[] {
  const about = new Set(outcome.concerned?.[failure.check]);
  if (about.size === 0) return [];
  const spoken = { ...failing, commands: failing.commands.filter((_, index) => about.has(index)) };
  return [{ ...spoken, faults: [], slowLinks: [] }, spoken].map((value) => ({ value }));
}

/** So many commands that call nobody are worth a try of their own. */
const IDLE_MIN = 2;

/** First without what does nothing, since that changes nothing; then on with the shrinks. */
function* candidates({ case: value, outcome }: Best, arbitrary: CaseArbitrary, context: unknown): Generator<Candidate> {
  const { idle = [] } = outcome;
  if (idle.length >= IDLE_MIN)
    yield { value: { ...value, commands: value.commands.filter((_, index) => !idle.includes(index)) }, context };
  yield* arbitrary.shrink(value, context);
}

const textOf = (value: ExplorationCase): string => JSON.stringify(value);

/** Those that were not tried before. */
function* fresh(shrinks: Iterable<Candidate>, known: Set<string>): Generator<Candidate> {
  for (const shrunk of shrinks) {
    const text = textOf(shrunk.value);
    if (known.has(text)) continue;
    known.add(text);
    yield shrunk;
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
