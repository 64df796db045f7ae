import type { CaseFailure, Explored, Ms, Operation } from '../../../../contract/index.ts';
import { runTime, tablesOf } from '../../invariants/tables.ts';

/** Instants of the services' clocks are whole milliseconds. */
const ROUNDED_MS: Ms = 2;

/**
 * What a contract's term allows: only its operator signs one, under one that is over nothing is leased, and nobody is told that it is over while it
 * lasts. Of calls under way together any term may have been on file.
 */
export function terms(explored: Explored): readonly CaseFailure[] {
  return explored.operations.flatMap((operation): CaseFailure[] => {
    const { id, name, invokedAt } = operation;
    const wrong =
      name === 'file-term' ? signature(operation) : name === 'assign' ? lease(operation, explored) : undefined;
    if (wrong === undefined) return [];
    return [{ check: `answers:${wrong.check}`, what: `operation ${id}: ${wrong.what}`, at: invokedAt }];
  });
}

interface Wrong {
  readonly check: string;
  readonly what: string;
}

function signature({ input, outcome, error }: Operation): Wrong | undefined {
  const signed = input['signed'];
  const wrong = signed === true ? error === 'SIGNATURE_INVALID' : signed === false && outcome === 'ok';
  if (!wrong) return undefined;
  const whose =
    signed === true ? 'its operator signed was refused as signed wrongly' : 'somebody else signed was filed';
  return { check: 'term-is-signed', what: `a term of ${String(input['contractId'])} that ${whose}` };
}

function lease(operation: Operation, explored: Explored): Wrong | undefined {
  const { input, outcome, error, result, invokedAt, completedAt = Infinity } = operation;
  const { operator, value } = input;
  const ends = typeof operator === 'string' ? endsOnFile(operator, operation, explored) : [Infinity];
  const [first, last] = [Math.min(...ends), Math.max(...ends)];
  if (error === 'CONTRACT_EXPIRED' && first > completedAt + ROUNDED_MS)
    return {
      check: 'contract-lasts',
      what: `an assign of ${String(value)} was answered CONTRACT_EXPIRED, and no term of ${String(operator)} was over`,
    };
  // A repeat tells again what was done in time.
  if (outcome !== 'ok' || result?.['replayed'] === true || typeof operator !== 'string') return undefined;
  if (last < invokedAt - ROUNDED_MS)
    return {
      check: 'contract-is-over',
      what: `${String(value)} was leased, ${Math.round(invokedAt - last)} ms after the last term of ${operator} was over`,
    };
  const until = runTime(tablesOf(explored), Date.parse(String(result?.['validUntil'])));
  if (until <= last + ROUNDED_MS) return undefined;
  return {
    check: 'lease-within-term',
    what: `${String(value)} was leased for ${Math.round(until - last)} ms longer than any term of ${operator} lasts`,
  };
}

/** The ends, on the run's clock, of all terms that may have been on file while the call was under way; that of the first is none. */
function endsOnFile(
  operator: string,
  { invokedAt, completedAt = Infinity }: Operation,
  explored: Explored,
): readonly Ms[] {
  const tables = tablesOf(explored);
  const filings = explored.operations.filter(
    ({ name, input, outcome }) =>
      name === 'file-term' && input['contractId'] === operator && input['signed'] === true && outcome !== 'fail',
  );
  const certain = Math.max(
    1,
    ...filings
      .filter(({ outcome, completedAt: by = Infinity }) => outcome === 'ok' && by < invokedAt)
      .map(({ input }) => Number(input['version'])),
  );
  const ends = filings
    .filter(({ input, invokedAt: from }) => Number(input['version']) >= certain && from <= completedAt)
    .map(({ input }) => runTime(tables, Date.parse(String(input['effectiveUntil']))));
  return certain === 1 ? [Infinity, ...ends] : ends;
}
