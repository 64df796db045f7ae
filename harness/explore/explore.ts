import type { CaseFailure, ExplorationCase, ExplorationModel, ExplorationResult } from '../../contract/index.ts';
import { Dealer } from './dealer.ts';
import type { Deals } from './dealer.ts';
import { DirectedDealer } from './directed-dealer.ts';
import type { Changed } from './directed-dealer.ts';
import { caseInTurn, caseSeed, drawCase, inOrder, topologiesOf } from './draw.ts';
import type { DrawChoice } from './draw.ts';
import type { Sprung } from './ambush.ts';
import { minimize, ofCheck } from './minimize.ts';
import type { CaseRunner, Minimized } from './minimize.ts';
import { Tally } from './tally.ts';
import type { Strike } from './sweep.ts';
import type { CaseOutcome } from './worker-job.ts';

export interface ExploreOptions {
  readonly model: ExplorationModel;
  readonly workers: CaseRunner;
  readonly seed: number;
  /** So many runs, or as many as the time allows. */
  readonly runs?: number;
  readonly budgetMs?: number;
  readonly draw: DrawChoice;
  /** Code which was changed: the search is directed at it. Absent: at nothing. */
  readonly changed?: Changed;
  /** Real time for making one failure small. */
  readonly shrinkLimitMs: number;
  /** Goes on after a failure of one check until so many checks have failed. */
  readonly failuresMax: number;
  readonly stopped: () => boolean;
  readonly onRun?: (done: number, outcome: CaseOutcome) => void;
  readonly onFailure?: (failure: CaseFailure, drawn: ExplorationCase) => void;
  readonly onShrink?: (smaller: ExplorationCase, tried: number) => void;
}

/** A failure as `explore` met it, made small, and run again. */
export interface Found extends Minimized {
  readonly run: number;
  readonly drawn: ExplorationCase;
  readonly confirmed: boolean;
}

export interface Explored {
  readonly tally: Tally;
  readonly found: readonly Found[];
  readonly exploringMs: number;
  readonly swept: ExplorationResult['swept'];
}

interface Failing {
  readonly run: number;
  readonly drawn: ExplorationCase;
  readonly outcome: CaseOutcome;
  readonly strikes?: readonly Strike[];
}

/** Draws and runs cases until the budget is used up or enough checks have failed; each failure is then made small and confirmed. */
export async function explore(options: ExploreOptions): Promise<Explored> {
  const begun = performance.now();
  const { model, draw, seed, workers } = options;
  const tally = new Tally(model);
  const finished = new Map<number, Omit<Failing, 'run'>>();
  const failing: Failing[] = [];
  const checks = new Set<string>();
  const drawable = { ...model, topologies: topologiesOf(model, draw) };
  const dealer: Deals =
    options.changed === undefined
      ? new Dealer(drawable, seed, draw.faults)
      : new DirectedDealer(drawable, seed, draw.faults, options.changed);
  let next = 0;
  let added = 0;
  const enough = (): boolean =>
    options.stopped() ||
    checks.size >= options.failuresMax ||
    (options.runs !== undefined && next >= options.runs) ||
    (options.budgetMs !== undefined && performance.now() - begun >= options.budgetMs);
  const lane = async (): Promise<void> => {
    while (!enough()) {
      const run = next;
      next += 1;
      const { inTurn = false, lurking, ...hand } = await dealer.deal(run);
      const choice = { ...draw, ...hand, faultless: lurking !== undefined, seed: caseSeed(seed, run) };
      const begun = (inTurn ? caseInTurn : drawCase)(model, choice);
      const suspected = await workers.run({
        case: begun,
        whole: false,
        impatient: true,
        ...(lurking === undefined ? {} : { lurking }),
      });
      const { touched, sprung, failures, givenUp = false } = suspected;
      dealer.done?.(run, { topology: hand.topology, ...(touched === undefined ? {} : { touched }) });
      const drawn = sprung === undefined ? begun : withSprung(begun, sprung);
      // No verdict by impatience, nor by what only a debugger can show: such a run is made once more, as a case that stands for itself, with all the time that its limits give.
      const again = failures.length > 0 && (givenUp || lurking !== undefined);
      const outcome = again ? await workers.run({ case: drawn, whole: false }) : suspected;
      finished.set(run, { drawn, outcome, ...(hand.strikes === undefined ? {} : { strikes: hand.strikes }) });
      options.onRun?.(finished.size, outcome);
      if (outcome.failures.length > 0) for (const { check } of outcome.failures) checks.add(check);
    }
  };
  await Promise.all(Array.from({ length: workers.jobs }, lane));
  for (; finished.has(added); added += 1) {
    const { drawn, outcome, strikes } = finished.get(added) as Omit<Failing, 'run'>;
    tally.add(added, drawn, outcome, strikes);
    if (outcome.failures.length > 0) failing.push({ run: added, drawn, outcome });
  }
  const exploringMs = performance.now() - begun;
  const found: Found[] = [];
  for (const [failure, first] of distinct(failing)) {
    if (found.length >= options.failuresMax || options.stopped()) break;
    options.onFailure?.(failure, first.drawn);
    found.push(await small(first, failure, options));
  }
  return { tally, found, exploringMs, swept: { dealt: tally.strikes, of: dealer.strikes } };
}

/** What lay in wait at the instants at which it came. */
const withSprung = (begun: ExplorationCase, { faults, commands }: Sprung): ExplorationCase => ({
  ...begun,
  commands: inOrder([...begun.commands, ...commands]),
  faults,
});

/** The first run by which each check failed. */
function distinct(failing: readonly Failing[]): ReadonlyMap<CaseFailure, Failing> {
  const seen = new Set<string>();
  const chosen = new Map<CaseFailure, Failing>();
  for (const each of failing)
    for (const failure of each.outcome.failures) {
      if (seen.has(failure.check)) continue;
      seen.add(failure.check);
      chosen.set(failure, each);
    }
  return chosen;
}

async function small(first: Failing, failure: CaseFailure, options: ExploreOptions): Promise<Found> {
  const { model, workers, shrinkLimitMs, stopped, onShrink } = options;
  const minimized = await minimize(first.drawn, first.outcome, failure, {
    model,
    workers,
    limitMs: shrinkLimitMs,
    stopped,
    ...(onShrink === undefined ? {} : { onStep: onShrink }),
  });
  const again = await Promise.all([0, 1].map(() => workers.run({ case: minimized.case, whole: false })));
  const confirmed = again.every(
    (outcome) => outcome.hash === minimized.outcome.hash && ofCheck(outcome, failure.check) !== undefined,
  );
  return { ...minimized, run: first.run, drawn: first.drawn, confirmed };
}
