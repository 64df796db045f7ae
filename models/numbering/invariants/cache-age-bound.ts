import type { Invariant, Ms, Operation, Violation } from '../../../contract/index.ts';
import { changesBySubject, runTime, subjectOf, tablesOf } from './tables.ts';
import type { AuditRow, Tables } from './tables.ts';

/** The document's bound for the database read that an answer rests on. */
const CACHE_AGE_MS: Ms = 60_000;
/** Between a commit and the instant at which its change was stamped; and a first validation's own time. */
const UNDER_WAY_MS: Ms = 1000;

/**
 * No ValidateLease answer rests on a database read that is more than 60 s old: by the age that it names, and by the version
 * that it gives, which no change committed 60 s before the question may have passed.
 */
export const invariant: Invariant = {
  name: 'cache-age-bound',
  check(evidence) {
    const tables = tablesOf(evidence);
    const changes = changesBySubject(tables.audit);
    const answered = evidence.operations.filter(({ name, outcome }) => name === 'validate' && outcome === 'ok');
    return {
      examined: answered.length,
      violations: answered.flatMap((operation): Violation[] => {
        const what = wrong(operation, changes, tables);
        return what === undefined ? [] : [{ at: operation.invokedAt, what: `operation ${operation.id}: ${what}` }];
      }),
    };
  },
  plant(evidence) {
    const model = evidence.operations.findLast(({ name, outcome }) => name === 'validate' && outcome === 'ok');
    if (model === undefined) return evidence;
    const old: Operation = { ...model, id: -1, result: { ...model.result, readAgeMs: CACHE_AGE_MS + 1 } };
    return { ...evidence, operations: [...evidence.operations, old] };
  },
};

function wrong(
  { invokedAt, result }: Operation,
  changes: ReadonlyMap<string, readonly AuditRow[]>,
  tables: Tables,
): string | undefined {
  const age = Number(result?.['readAgeMs']);
  const subject = subjectOf(result);
  if (!(age <= CACHE_AGE_MS))
    return `the validation of ${subject} rests on a read ${String(result?.['readAgeMs'])} ms old`;
  const version = Number(result?.['version']);
  const missed = changes
    .get(subject)
    ?.find(
      (change) => change.version > version && runTime(tables, change.at) < invokedAt - CACHE_AGE_MS - UNDER_WAY_MS,
    );
  if (missed === undefined) return undefined;
  const late = ((invokedAt - runTime(tables, missed.at)) / 1000).toFixed(1);
  return `the validation of ${subject} gave version ${version}, ${late} s after version ${missed.version} (${missed.action})`;
}
