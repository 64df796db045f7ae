import { RunAborted, worst } from '../../contract/index.ts';
import type { ActiveFault, Deployment, Ms, Running, RunResult, World } from '../../contract/index.ts';
import { otherAlerts } from '../judge/alerts.ts';
import { begin } from './activities.ts';
import { audit, residue } from './audit.ts';
import { clear, heal } from './clear.ts';
import { SELF_ENDING_LIMIT_MS, inject, mitigate, witness } from './fault.ts';
import { expectedAlerts } from './judge-all.ts';
import { lastLogLines } from './last-log-lines.ts';
import { recover } from './recover.ts';
import { sabotageTook } from './sabotage-took.ts';
import { Session } from './session.ts';
import type { RunSubject, Witnessing } from './session.ts';
import { STEADY_HOLD_MS, STEADY_LIMIT_MS, steady, steadyAgain } from './steady.ts';
import { traceCheckpoints } from './trace.ts';
import type { Checkpoint } from './trace.ts';

/** One run to do, the world to do it in, and who hears of it. */
export interface Execution {
  readonly subject: RunSubject;
  readonly world: World;
  readonly deployment: Deployment;
  readonly watching: Witnessing;
  /** The document's time for one of real time; 1 where time is virtual. */
  readonly speed: number;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
  /**
   * Aborted, with the error as its reason, when work that nobody waits for has thrown: the run is an error and heals what it
   * broke. Absent where the world itself fails then.
   */
  readonly crashed?: AbortSignal;
  readonly keepTrace?: boolean;
  /** Called when the run's clock has come to `at`. */
  readonly stopAt?: { readonly at: Ms; readonly stop: (now: Ms) => void };
  /** Real milliseconds, for `wallMs`: the clock of a patched process is not real. */
  readonly wallClock: () => number;
}

/** A finished run with all that its journal keeps. */
export interface Executed {
  readonly result: RunResult;
  readonly evidence: ReturnType<Session['evidence']>;
  readonly logs: Readonly<Record<string, readonly string[]>>;
  readonly checkpoints: readonly Checkpoint[];
  readonly trace: readonly string[];
}

const HEALTHY_LIMIT_MS: Ms = 60_000;

/** One run of a row from start to verdict. Never throws for what happens in the run: that is its result. */
export async function execute(execution: Execution): Promise<Executed> {
  const { subject, world, deployment, watching, crashed } = execution;
  const signal = crashed === undefined ? execution.signal : AbortSignal.any([execution.signal, crashed]);
  const begun = execution.wallClock();
  const deadlineMs = virtualDeadline(subject);
  await using running = await world.start(deployment, {
    seed: subject.seed,
    speed: execution.speed,
    deadlineMs,
    signal,
    ...(subject.sabotage === undefined ? {} : { sabotage: subject.sabotage }),
    ...(execution.keepTrace === undefined ? {} : { keepTrace: execution.keepTrace }),
  });
  const session = new Session(subject, running, watching, signal, deadlineMs);
  const checkpoints = traceCheckpoints(session);
  const { stopAt } = execution;
  // An interrupted run never comes there.
  if (stopAt !== undefined)
    running.clock.sleep(stopAt.at).then(
      () => stopAt.stop(session.now),
      () => {},
    );
  let aborted = false;
  try {
    await Promise.race([phases(session), worldFailure(running, 2 * deadlineMs)]);
  } catch (error) {
    aborted = error instanceof RunAborted && crashed?.aborted !== true;
    session.problem ??= error instanceof RunAborted ? error.message : inWords(error);
  }
  // What was thrown first is why the rest ended.
  if (crashed?.aborted === true) session.problem = inWords(crashed.reason);
  const verdict = worst([
    ...session.results.map((line) => line.verdict),
    ...(session.problem === undefined ? [] : [aborted ? ('aborted' as const) : ('error' as const)]),
  ]);
  const logs = Object.fromEntries(
    deployment.components.map(({ name }) => [
      name,
      running.log(name).map((line) => `${line.at.toFixed(3)} ${line.source} ${line.text}`),
    ]),
  );
  const worldLog = running.worldLog?.().map((line) => `${line.at.toFixed(3)} ${line.source} ${line.text}`);
  const traceHash = running.traceHash();
  const result: RunResult = {
    id: subject.row.id,
    run: subject.run,
    title: subject.row.title,
    seed: subject.seed,
    world: world.name,
    speed: execution.speed,
    verdict,
    fault: subject.plan.fault.title,
    lines: session.results,
    instants: { ...session.instants },
    operations: session.history.operations.length,
    otherAlerts: [
      ...new Set(
        otherAlerts(session.alerts, expectedAlerts(session), session.instants.steady).map(({ alert }) => alert),
      ),
    ],
    alongside: subject.row.alongside.map(({ alert }) => ({
      alert,
      fired: session.alerts.some((change) => change.alert === alert && change.state === 'firing'),
    })),
    simulatedMs: session.now,
    wallMs: execution.wallClock() - begun,
    ...(traceHash === undefined ? {} : { traceHash }),
    log: verdict === 'pass' ? [] : lastLogLines(session),
    ...(session.problem === undefined ? {} : { problem: session.problem }),
    work: { ...running.work },
    phase: session.phase,
  };
  return {
    result,
    evidence: session.evidence(),
    logs: worldLog === undefined ? logs : { ...logs, world: worldLog },
    checkpoints: checkpoints(),
    trace: [...running.trace()],
  };
}

function inWords(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function phases(session: Session): Promise<void> {
  let active: ActiveFault | undefined;
  try {
    if (!(await begun(session))) return;
    active = await inject(session);
    session.pollers.start(session.probes('mitigation'));
    const { threshold, nextRun } = session.subject.body;
    session.pollers.start([threshold, nextRun].filter((probe) => probe !== undefined));
    const bit = await witness(session, active);
    if (bit) await mitigate(session, active);
    await clear(session, active);
    if (bit) await recovery(session);
    await audit(session);
  } finally {
    // Whatever happened above: nobody calls any more, the fault is lifted, and what it left behind is known.
    await session.endLoad().catch(() => {});
    if (active) {
      if (session.stage.faultStays) await heal(session, active).catch(() => false);
      else await active[Symbol.asyncDispose]();
      await active.putBack?.();
      await residue(session);
    }
  }
}

/** Rejects when the world fails: the run must hear of it whatever it waits for. An interrupted run ends by itself, healed. */
async function worldFailure({ clock }: Running, never: Ms): Promise<void> {
  try {
    await clock.sleep(never);
  } catch (error) {
    if (!(error instanceof RunAborted)) throw error;
    await new Promise<never>(() => {});
  }
}

/** Healthy, under load, steady, and patched as the sabotage says. */
async function begun(session: Session): Promise<boolean> {
  const { running, subject } = session;
  const names = running.deployment.components.map(({ name }) => name);
  session.enter('start', 'every component to answer its health question', session.now + HEALTHY_LIMIT_MS);
  let sick = names;
  const healthy = async (): Promise<boolean> => {
    const answers = await Promise.all(names.map((name) => running.component(name).healthy()));
    sick = names.filter((_, i) => !answers[i]);
    return sick.length === 0;
  };
  if (!(await session.until(healthy, 100, session.now + HEALTHY_LIMIT_MS))) {
    session.problem = `not healthy ${HEALTHY_LIMIT_MS / 1000} s after the start: ${sick.join(', ')}`;
    return false;
  }
  session.load = await subject.model.start(session.stage, subject.body.load ?? {});
  session.pollers.start(session.never.map(([, probe]) => probe));
  void begin(session, 'start');
  if (!(await steady(session))) return false;
  const problem = await sabotageTook(session);
  if (problem !== undefined) {
    session.problem = problem;
    return false;
  }
  await begin(session, 'steady');
  return true;
}

async function recovery(session: Session): Promise<void> {
  // Looked at from here on: what holds again is judged over the recovery's last 30 s.
  session.pollers.start(session.subject.body.steadyState);
  await recover(session);
  // With the fault still in place nobody expects the steady state back.
  if (!session.stage.faultStays) await steadyAgain(session);
}

/** The sum of everything a run may wait for, and ten minutes more. */
function virtualDeadline({ row, plan }: RunSubject): Ms {
  const limits = [row.detection, ...row.mitigation, ...row.recovery].map(({ within }) =>
    within.ms === 'immediate' ? 0 : within.ms,
  );
  const sum = limits.reduce((total, limit) => total + limit, 0);
  return (
    HEALTHY_LIMIT_MS + 2 * (STEADY_LIMIT_MS + STEADY_HOLD_MS) + (plan.lasts ?? SELF_ENDING_LIMIT_MS) + sum + 600_000
  );
}
