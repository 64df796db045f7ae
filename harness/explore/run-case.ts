import { RunAborted } from '../../contract/index.ts';
import type {
  CaseFailure,
  Deployment,
  ExplorationCase,
  ExplorationModel,
  Explored,
  Fault,
  Invariant,
  LogChecker,
  Ms,
  PlannedFault,
  Running,
  World,
} from '../../contract/index.ts';
import { RecordedHistory } from '../run/history.ts';
import type { Lurking, Sprung } from './ambush.ts';
import { converge } from './converge.ts';
import { involvement } from './involvement.ts';
import { crashes } from './crashes.ts';
import { safetyPhase } from './safety-phase.ts';
import { Schedule } from './schedule.ts';

/** Who sees changed code being carried out. */
export interface CaseObserver {
  /** A command begins. */
  command(name: string): void;
  /** Resolves when such code is carried out for the next time. */
  carriedOut(): Promise<void>;
}

/** All that one case needs, loaded. */
export interface CaseSubject {
  readonly case: ExplorationCase;
  readonly model: ExplorationModel;
  readonly deployment: Deployment;
  readonly invariants: readonly Invariant[];
  readonly faultOf: (planned: PlannedFault) => Fault;
  readonly logPatterns: LogChecker;
  readonly world: World;
  readonly signal: AbortSignal;
  readonly keepTrace: boolean;
  /** Real milliseconds. */
  readonly wallClock: () => number;
  readonly impatient: boolean;
  /** Sources in place of the disk's. */
  readonly sources?: Readonly<Record<string, string>>;
  readonly observer?: CaseObserver;
  /** What comes beside the case's own when changed code is carried out. */
  readonly lurking?: readonly Lurking[];
}

/** A finished case with what is kept of it. */
export interface RunCase {
  readonly explored: Explored;
  readonly failures: readonly CaseFailure[];
  /** What kept the run from its end, which says nothing about the system. */
  readonly problem?: string;
  readonly aborted: boolean;
  readonly hash: string;
  readonly trace: readonly string[];
  readonly virtualMs: Ms;
  readonly wallMs: number;
  /** Last service log lines, for a person who looks at a failure. */
  readonly log: readonly string[];
  readonly givenUp: boolean;
  /** What lay in wait and came, as a case has it. */
  readonly sprung?: Sprung;
  readonly idle: readonly number[];
  readonly concerned: Readonly<Record<string, readonly number[]>>;
}

const HEALTHY_LIMIT_MS: Ms = 60_000;
/** Safety phase, convergence and what their steps may take beside. */
const SPARE_MS: Ms = 1_800_000;
const LOG_LINES = 12;

/** One case from start to judgement. Never throws for what happens in the run. */
export async function runCase(subject: CaseSubject): Promise<RunCase> {
  const { case: drawn, model, world, deployment, signal } = subject;
  const begun = subject.wallClock();
  await using running = await world.start(deployment, {
    seed: drawn.seed,
    speed: 1,
    deadlineMs: drawn.lastsMs + SPARE_MS,
    signal,
    keepTrace: subject.keepTrace,
    guard: false,
    scrapeWhenAsked: true,
    ...(subject.sources === undefined ? {} : { sources: subject.sources }),
    ...(drawn.safeguardOff === undefined ? {} : { sabotage: { kind: 'safeguard-off', safeguard: drawn.safeguardOff } }),
  });
  const history = new RecordedHistory(running.clock);
  const schedule = new Schedule(drawn, running, history, subject.faultOf, (at) =>
    model.stateAt(history.operations, at),
  );
  const failures: CaseFailure[] = [];
  let finalState: Explored['finalState'] = {};
  let problem: string | undefined;
  let aborted = false;
  let givenUp = false;
  let makers: ReadonlyMap<number, number> = new Map();
  let sprung: Sprung | undefined;
  const explored = (): Explored => ({
    case: drawn,
    operations: history.operations,
    alerts: running.alerts(),
    instants: { ended: running.clock.now() },
    polled: {},
    finalState,
    faults: schedule.observed,
  });
  try {
    await healthy(running);
    const performer = await model.begin(running, history);
    ({ makers, sprung } = await safetyPhase(subject, running, history, performer, schedule));
    const converged = await converge(running, model.convergence(running), schedule, subject.impatient);
    failures.push(...converged.failures);
    ({ givenUp } = converged);
    await performer.close();
    finalState = await model.collect(running);
    failures.push(...judge(explored(), subject));
  } catch (error) {
    aborted = error instanceof RunAborted;
    // A frozen clock, a deadlock: what the world reports of the system under it.
    if (error instanceof Error && error.name === 'SimulationError')
      failures.push({ check: 'run', what: error.message, at: running.clock.now() });
    else problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  failures.push(...crashes(running, subject.logPatterns));
  const log = failures.length === 0 ? [] : lastLines(running);
  return {
    explored: explored(),
    failures,
    ...(problem === undefined ? {} : { problem }),
    aborted,
    hash: running.traceHash() ?? '',
    trace: [...running.trace()],
    virtualMs: running.clock.now(),
    wallMs: subject.wallClock() - begun,
    log,
    givenUp,
    ...(sprung === undefined ? {} : { sprung }),
    ...(failures.length === 0
      ? { idle: [], concerned: {} }
      : involvement(drawn, history.operations, makers, failures, (operation) => model.namesOf?.(operation) ?? [])),
  };
}

async function healthy(running: Running): Promise<void> {
  const names = running.deployment.components.map(({ name }) => name);
  for (;;) {
    const answers = await Promise.all(names.map((name) => running.component(name).healthy()));
    if (answers.every(Boolean)) return;
    if (running.clock.now() >= HEALTHY_LIMIT_MS)
      throw new Error(
        `not healthy ${HEALTHY_LIMIT_MS / 1000} s after the start: ${names.filter((_, i) => !answers[i]).join(', ')}`,
      );
    await running.clock.sleep(100);
  }
}

function judge(explored: Explored, { model, invariants }: CaseSubject): readonly CaseFailure[] {
  return [
    ...invariants.flatMap((invariant) =>
      invariant.check(explored).violations.map(({ what, at }) => ({
        check: `invariant:${invariant.name}`,
        what,
        ...(at === undefined ? {} : { at }),
      })),
    ),
    ...model.answers(explored),
  ];
}

function lastLines(running: Running): readonly string[] {
  return running.deployment.components
    .filter(({ kind }) => kind === 'service')
    .flatMap(({ name }) => running.log(name))
    .toSorted((a, b) => a.at - b.at)
    .slice(-LOG_LINES)
    .map(({ at, source, text }) => `${at.toFixed(0)} ${source} ${text}`);
}
