import type { Ms, Observation, Probe } from '../../contract/index.ts';
import { heldFor } from '../judge/held-since.ts';
import { lastLimit } from './anchors.ts';
import type { Session } from './session.ts';
import { watch } from './watch.ts';

/** Recovery ends when all its lines have held for 30 s, or at the greatest of their limits. */
const RECOVERY_HOLD_MS: Ms = 30_000;
const LOOK_EVERY_MS: Ms = 1000;

/** Waits for the recovery lines, and for detection while its limit has not passed. */
export async function recover(session: Session): Promise<void> {
  const { instants } = session;
  const lines = session.linesAfterCleared;
  const probes = lines.flatMap(({ probe }) => (probe === undefined ? [] : [probe]));
  const from = instants.cleared ?? session.now;
  const deadline = lastLimit(
    lines.map(({ line }) => line),
    instants,
    'recovery',
    session.now,
  );
  session.enter('recover', 'the recovery lines to hold for 30 s', deadline);
  session.pollers.start(probes);
  let announced = session.now;
  const recovered = async (): Promise<boolean> => {
    await watch(session);
    if (session.now - announced >= 5000) {
      announced = session.now;
      session.enter('recover', 'the recovery lines to hold for 30 s', deadline);
    }
    const looks = await Promise.all(
      probes.map((probe: Probe): Promise<readonly Observation[]> => session.observe(probe, from, session.now)),
    );
    return looks.every((seen) => heldFor(seen, session.now) >= RECOVERY_HOLD_MS);
  };
  await session.until(recovered, LOOK_EVERY_MS, deadline);
  await session.pollers.look(probes);
  session.pollers.stop(probes);
  instants.recovered = session.now;
  await detection(session);
}

/** A fault that was over soon may be detected after recovery and still in time. */
async function detection(session: Session): Promise<void> {
  const { row } = session.subject;
  const deadline = lastLimit([row.detection], session.instants, 'detection', session.instants.injected ?? session.now);
  if (session.silent || session.instants.detected !== undefined || session.now >= deadline) return;
  session.enter('detect', `${row.detection.alert} to fire`, deadline);
  await session.until(
    async () => {
      await watch(session);
      return session.instants.detected !== undefined;
    },
    LOOK_EVERY_MS,
    deadline,
  );
}
