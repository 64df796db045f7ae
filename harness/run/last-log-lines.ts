import type { LogLine } from '../../contract/index.ts';
import type { Session } from './session.ts';

const SHOWN = 6;

/** What the services logged last before the first failure, oldest first. */
export function lastLogLines(session: Session): readonly LogLine[] {
  const failures = session.results
    .filter(({ verdict }) => verdict === 'fail')
    .flatMap(({ at }) => (at === undefined ? [] : [at]));
  const before = failures.length > 0 ? Math.min(...failures) : session.now;
  return session.running.deployment.components
    .filter(({ kind }) => kind === 'service')
    .flatMap(({ name }) => session.running.log(name).filter(({ at }) => at <= before))
    .toSorted((a, b) => a.at - b.at)
    .slice(-SHOWN);
}
