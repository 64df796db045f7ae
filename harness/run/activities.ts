import type { Activity } from '../../contract/index.ts';
import type { Session } from './session.ts';

/** Begins the activities of a phase; the phases go on beside them. Resolves when all have ended. */
export function begin(session: Session, during: Activity['during']): Promise<void> {
  const chosen = (session.subject.body.activities ?? []).filter((activity) => activity.during === during);
  const begun = chosen.map((activity) =>
    session.beside(`activity "${activity.title}"`, () => activity.run(session.stage)),
  );
  return Promise.all(begun).then(() => undefined);
}
