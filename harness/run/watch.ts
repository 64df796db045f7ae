import { RunAborted } from '../../contract/index.ts';
import { firstFiring } from '../judge/detection.ts';
import type { Ms, Probe } from '../../contract/index.ts';
import type { Session } from './session.ts';

/**
 * Stamps the instants that may come in any phase after injection: the quantity passes its threshold, the row's alert
 * fires, the named job's next run ends. Detection starts the operator's first step.
 */
export async function watch(session: Session): Promise<void> {
  const { instants, running } = session;
  const { body, row } = session.subject;
  const { injected } = instants;
  if (injected === undefined) return;
  // A real machine takes its time over an injection: who watches may notice before all of it is in place.
  const begun = session.injecting ?? injected;
  const { abortOn } = session.subject;
  if (abortOn !== undefined && firstFiring(running.alerts(), abortOn, begun) !== undefined)
    throw new RunAborted(`the alert ${abortOn} fired: --abort-on`);
  if (instants.threshold === undefined && body.threshold)
    stamp(instants, 'threshold', await firstLook(session, body.threshold, injected));
  if (body.nextRun) {
    const { cleared } = instants;
    if (instants.nextRun === undefined) stamp(instants, 'nextRun', await firstLook(session, body.nextRun, injected));
    if (instants.nextRunSinceCleared === undefined && cleared !== undefined)
      stamp(instants, 'nextRunSinceCleared', await firstLook(session, body.nextRun, cleared));
  }
  if (instants.detected === undefined) {
    const detected = firstFiring(running.alerts(), row.detection.alert, begun);
    if (detected !== undefined) {
      instants.detected = detected;
      operator(session, 'onDetected');
    }
  }
}

function stamp(instants: Session['instants'], name: 'threshold' | 'nextRun' | 'nextRunSinceCleared', at?: Ms): void {
  if (at !== undefined) instants[name] = at;
}

async function firstLook(session: Session, probe: Probe, from: Ms): Promise<Ms | undefined> {
  return (await session.observe(probe, from, session.now)).find(({ holds }) => holds)?.at;
}

/** Begins a step of the operator, unless a sabotage or the mutation `no-heal` leaves it out. */
export function operator(session: Session, step: 'onDetected' | 'onCleared'): void {
  const { body, sabotage } = session.subject;
  const chosen = body.operator?.[step];
  if (!chosen || session.stage.faultStays) return;
  if (sabotage?.kind === 'operator-skips' && sabotage.step === step) return;
  const done = session.beside(`operator's step "${chosen.title}"`, () => chosen.run(session.stage));
  if (step === 'onDetected') void done.then(() => (session.operatorDone = true));
}
