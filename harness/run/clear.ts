import type { ActiveFault, Ms } from '../../contract/index.ts';
import { begin } from './activities.ts';
import type { Session } from './session.ts';
import { operator } from './watch.ts';

/** A healed component must answer its health question by then. */
const HEAL_LIMIT_MS: Ms = 120_000;
const HEAL_EVERY_MS: Ms = 100;

/** Ends the fault and waits until it is gone; stamps `cleared`. Under `no-heal` it only stamps. */
export async function clear(session: Session, active: ActiveFault): Promise<void> {
  const { plan } = session.subject;
  if (session.stage.faultStays) session.instants.cleared = session.now;
  else if (await heal(session, active)) session.instants.cleared = session.now;
  else session.problem ??= `"${plan.fault.title}" was not healed ${HEAL_LIMIT_MS / 1000} s after it was lifted`;
  session.pollers.stop(session.probes('mitigation'));
  if (session.instants.witnessed === undefined || session.instants.cleared === undefined) return;
  operator(session, 'onCleared');
  void begin(session, 'cleared');
}

/** Disposes the fault; true once what it had broken answers again. */
export async function heal(session: Session, active: ActiveFault): Promise<boolean> {
  const deadline = session.now + HEAL_LIMIT_MS;
  session.enter('clear', `"${session.subject.plan.fault.title}" to be healed`, deadline);
  session.lifting ??= session.now;
  await active[Symbol.asyncDispose]();
  return session.until(() => active.healed(), HEAL_EVERY_MS, deadline);
}
