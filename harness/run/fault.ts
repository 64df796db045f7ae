import type { ActiveFault, Ms } from '../../contract/index.ts';
import { lineResult } from '../judge/line.ts';
import { begin } from './activities.ts';
import type { Session } from './session.ts';
import { watch } from './watch.ts';

/** How long a fault may take to show that it bit. */
const WITNESS_LIMIT_MS: Ms = 10_000;
const WITNESS_EVERY_MS: Ms = 100;
const WATCH_EVERY_MS: Ms = 250;
/** A fault that ends by itself must have done so by then. */
export const SELF_ENDING_LIMIT_MS: Ms = 1_800_000;

/** Injects the fault and waits for its witness. Undefined when it left no trace: the run is vacuous. */
export async function inject(session: Session): Promise<ActiveFault> {
  const { plan, mutation } = session.subject;
  session.enter('inject', plan.fault.title);
  // Stamped before: a client's mistake begins with the call. The others are in place at the same instant.
  const begun = session.now;
  session.injecting = begun;
  const active = mutation === 'no-fault' ? NO_FAULT : await plan.fault.inject(session.stage);
  session.instants.injected = active.over ? begun : session.now;
  return active;
}

/** Waits for the independent observation that the fault bit; false when there is none: the run is vacuous. */
export async function witness(session: Session, active: ActiveFault): Promise<boolean> {
  const { plan } = session.subject;
  const injected = session.instants.injected ?? session.now;
  const deadline = injected + Math.min(WITNESS_LIMIT_MS, plan.lasts ?? Infinity);
  session.enter('witness', `evidence that "${plan.fault.title}" took effect`, deadline);
  let evidence = await active.witness();
  await session.until(
    async () => {
      await watch(session);
      evidence = await active.witness();
      return evidence !== undefined;
    },
    WITNESS_EVERY_MS,
    deadline,
  );
  if (evidence) session.instants.witnessed = session.now;
  session.record(
    lineResult(
      {
        reference: 'witness',
        title: plan.fault.title,
        expected: `an observation that "${plan.fault.title}" took effect`,
      },
      evidence
        ? { verdict: 'pass', at: session.now, seen: evidence.seen }
        : { verdict: 'vacuous', seen: `no trace within ${(deadline - injected) / 1000} s` },
    ),
  );
  return evidence !== undefined;
}

/** The fault stays: until its duration is over, it is over by itself, or a step of the operator has ended it. */
export async function mitigate(session: Session, active: ActiveFault): Promise<void> {
  const { plan, row } = session.subject;
  const injected = session.instants.injected ?? session.now;
  const end = injected + (plan.lasts ?? SELF_ENDING_LIMIT_MS);
  void begin(session, 'fault');
  const waitingFor = (): string =>
    session.instants.detected === undefined ? `${row.detection.alert} to fire` : 'the fault to end';
  session.enter('fault', waitingFor(), end);
  let announced = session.now;
  const over = async (): Promise<boolean> => {
    await watch(session);
    if (session.now - announced >= 5000) {
      announced = session.now;
      session.enter('fault', waitingFor(), end);
    }
    if (active.over && plan.lasts === undefined) return active.over();
    return session.operatorDone && (await active.healed());
  };
  const ended = await session.until(over, WATCH_EVERY_MS, end);
  if (!ended && plan.lasts === undefined)
    session.problem = `"${plan.fault.title}" was not over after ${SELF_ENDING_LIMIT_MS / 60_000} min`;
  await session.pollers.look(session.probes('mitigation'));
}

/** The mutation `no-fault`: everything but the fault. */
const NO_FAULT: ActiveFault = {
  witness: async () => undefined,
  healed: async () => true,
  [Symbol.asyncDispose]: async () => {},
};
