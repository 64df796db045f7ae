import type { CaseFailure, Explored, Operation } from '../../../../contract/index.ts';
import { administrationOf } from '../../invariants/administration-tables.ts';
import { runTime, tablesOf } from '../../invariants/tables.ts';

/** Instants of the services' clocks are whole milliseconds. */
const ROUNDED_MS = 2;

type Rule = (operation: Operation, explored: Explored) => string | undefined;

/** What may be said of a regulator export, and what the regulator may find. */
export function exports(explored: Explored): readonly CaseFailure[] {
  return explored.operations.flatMap((operation): CaseFailure[] =>
    Object.entries(RULES).flatMap(([name, rule]) => {
      const what = rule(operation, explored);
      if (what === undefined) return [];
      return [{ check: `answers:${name}`, what: `operation ${operation.id}: ${what}`, at: operation.invokedAt }];
    }),
  );
}

const RULES: Readonly<Record<string, Rule>> = {
  /** Each file that is there is whole and signed, whatever became of its export. */
  'file-is-signed': ({ name, outcome, result }) => {
    if (name !== 'look-at-exports' || outcome !== 'ok') return undefined;
    const files = (result?.['found'] ?? []) as readonly { month: string; sha256: string; signed?: string }[];
    const file = files.find(({ sha256, signed }) => signed !== sha256);
    if (file === undefined) return undefined;
    return `the regulator found ${file.month}.csv, ${file.signed === undefined ? 'and no signature' : 'and the signature of another file'}`;
  },
  'one-export': ({ name, input, outcome, result, id }, { operations }) => {
    if (name !== 'generate-export' || outcome !== 'ok') return undefined;
    const other = operations.find(
      (each) =>
        each.name === name &&
        each.id < id &&
        each.outcome === 'ok' &&
        each.input['month'] === input['month'] &&
        each.result?.['sha256'] !== result?.['sha256'],
    );
    return other === undefined
      ? undefined
      : `the export of ${String(input['month'])} is another one than operation ${other.id} was given`;
  },
  /** No export is made by hand after somebody was told that the chain is broken, until it is trusted again. */
  'halted-while-broken': ({ name, input, outcome, invokedAt, completedAt = Infinity }, explored) => {
    if (name !== 'generate-export' || outcome !== 'ok') return undefined;
    const { operations } = explored;
    const known = operations.findLast(
      (other) => other.name === 'verify-audit' && other.result?.['broken'] === 1 && endOf(other) < invokedAt,
    );
    if (known === undefined) return undefined;
    const trusted = operations.some(
      (other) =>
        other.name === 're-anchor' &&
        other.outcome !== 'fail' &&
        endOf(other) > known.invokedAt &&
        other.invokedAt < completedAt,
    );
    const made = administrationOf(explored).exports.find(({ month }) => month === input['month'])?.done_at;
    // One that was made before is given as it is.
    if (trusted || made === undefined || made === null) return undefined;
    if (runTime(tablesOf(explored), made) + ROUNDED_MS < invokedAt) return undefined;
    return `the export of ${String(input['month'])} was made, and operation ${known.id} had told that the audit chain is broken`;
  },
  /** Exports are halted by an incident, and by nothing else. */
  'halted-by-incident': ({ name, error, invokedAt, completedAt = Infinity }, explored) => {
    if (name !== 'generate-export' || error !== 'EXPORT_HALTED') return undefined;
    const tables = tablesOf(explored);
    const open = administrationOf(explored).incidents.some(
      ({ opened_at: from, closed_at: to }) =>
        runTime(tables, from) <= completedAt + ROUNDED_MS &&
        // From there on its end was on its way.
        (to === null || closedBy(explored, runTime(tables, to)) >= invokedAt - ROUNDED_MS),
    );
    return open ? undefined : 'the export was halted, and no incident about the audit chain was open';
  },
};

/** When a re-anchoring that had begun at an instant was certainly done. */
function closedBy({ operations }: Explored, at: number): number {
  const calls = operations.filter(
    ({ name, outcome, invokedAt }) => name === 're-anchor' && outcome !== 'fail' && invokedAt <= at + ROUNDED_MS,
  );
  return Math.max(at, ...calls.map((call) => (call.outcome === 'ok' ? endOf(call) : Infinity)));
}

const endOf = ({ completedAt = Infinity }: Operation): number => completedAt;
