import { RunAborted } from '../../contract/index.ts';
import type { Ms } from '../../contract/index.ts';
import { DeadlinePassed } from './session.ts';
import type { Session } from './session.ts';

/** The trace hash at an instant: a replay finds the first interval in which it differs. */
export interface Checkpoint {
  readonly at: Ms;
  readonly hash: string;
  readonly phase: string;
}

const EVERY_MS: Ms = 10_000;

/** Notes the trace hash every 10 s of the run; the function returned gives what was noted and ends it. */
export function traceCheckpoints(session: Session): () => readonly Checkpoint[] {
  const noted: Checkpoint[] = [];
  const state = { on: session.running.traceHash() !== undefined };
  const note = (): void => {
    const hash = session.running.traceHash();
    if (hash !== undefined) noted.push({ at: session.now, hash, phase: session.phase });
  };
  const loop = async (): Promise<void> => {
    while (state.on) {
      note();
      await session.sleep(EVERY_MS);
    }
  };
  void loop().catch((error: unknown) => {
    if (!(error instanceof RunAborted || error instanceof DeadlinePassed)) throw error;
  });
  return () => {
    if (state.on) note();
    state.on = false;
    return noted;
  };
}
