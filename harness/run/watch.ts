import { RunAborted } from '../../contract/index.ts';
import { firstFiring } from '../judge/detection.ts';
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
  const { abortOn } = session.subject;
  if (abortOn !== undefined && firstFiring(running.alerts(), abortOn, injected) !== undefined)
    throw new RunAborted(`the alert ${abortOn} fired: --abort-on`);
  if (instants.threshold === undefined && body.threshold) {
    const first = (await session.observe(body.threshold, injected, session.now)).find(({ holds }) => holds);
    if (first) instants.threshold = first.at;
  }
  if (instants.nextRun === undefined && body.nextRun && instants.cleared !== undefined) {
    const first = (await session.observe(body.nextRun, instants.cleared, session.now)).find(({ holds }) => holds);
    if (first) instants.nextRun = first.at;
  }
  if (instants.detected === undefined) {
    const detected = firstFiring(running.alerts(), row.detection.alert, injected);
    if (detected !== undefined) {
      instants.detected = detected;
      operator(session, 'onDetected');
    }
  }
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
