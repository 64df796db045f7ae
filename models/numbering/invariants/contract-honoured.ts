import type { Evidence, Invariant, Ms, Operation, Violation } from '../../../contract/index.ts';
import { administrationOf } from './administration-tables.ts';
import type { BlockLeaseRow, ContractTermRow } from './administration-tables.ts';
import { tablesOf } from './tables.ts';

/**
 * No lease outlives the validUntil its contract gave it, and no assignment is made under an expired contract: each lease of a
 * number in a block was made before the end of the term that was on file then, ends with that term at the latest, and ends
 * when its tenant was told that it would. Of calls that were under way together nobody can say which term was on file: any of those will do.
 */
export const invariant: Invariant = {
  name: 'contract-honoured',
  check(evidence) {
    const { blockLeases, contractTerms } = administrationOf(evidence);
    return {
      examined: blockLeases.length,
      violations: [
        ...blockLeases.flatMap((lease) => underItsTerm(lease, termsOnFile(lease, contractTerms, evidence))),
        ...asTold(evidence, blockLeases),
      ],
    };
  },
  plant(evidence) {
    const { blockLeases } = administrationOf(evidence);
    const lease = blockLeases.at(-1);
    if (lease === undefined) return evidence;
    const outliving = { ...lease, id: 'planted', valid_until: Number.MAX_SAFE_INTEGER };
    return { ...evidence, finalState: { ...evidence.finalState, blockLeases: [...blockLeases, outliving] as never } };
  },
};

/** The terms that may have been on file when the lease was made, the latest last: each from its filing on until the next one was certainly filed. */
function termsOnFile(
  lease: BlockLeaseRow,
  terms: readonly ContractTermRow[],
  evidence: Evidence,
): readonly ContractTermRow[] {
  const madeBy = endOfCall(
    evidence,
    lease.created_at,
    'assign',
    ({ outcome, result }) => outcome === 'info' || result?.['leaseId'] === lease.id,
  );
  const filedBy = ({ contract_id: contract, version, filed_at: filedAt }: ContractTermRow): Ms =>
    endOfCall(
      evidence,
      filedAt,
      'file-term',
      ({ input }) => input['contractId'] === contract && input['version'] === version,
    );
  return terms
    .filter(({ contract_id: contract }) => contract === lease.contract_id)
    .filter((term, i, own) => {
      const next = own[i + 1];
      return term.filed_at <= madeBy && (next === undefined || filedBy(next) > lease.created_at);
    });
}

/**
 * When what a call began at an instant was certainly done, on the services' clocks: after all the time that its answer took, never where that is missing,
 * at once where no call is told of.
 */
function endOfCall(evidence: Evidence, begunAt: Ms, name: string, isIt: (operation: Operation) => boolean): Ms {
  const calls = evidence.operations.filter((operation) => operation.name === name && isIt(operation));
  // A repeat tells again what an earlier call has done.
  const told = calls.find(({ outcome, result }) => outcome === 'ok' && result?.['replayed'] !== true);
  const { speed = 1 } = tablesOf(evidence).clock[0] ?? {};
  if (told?.completedAt !== undefined) return begunAt + (told.completedAt - told.invokedAt) / speed;
  return calls.some(({ outcome }) => outcome === 'info') ? Infinity : begunAt;
}

function underItsTerm(lease: BlockLeaseRow, terms: readonly ContractTermRow[]): readonly Violation[] {
  const { id, subject, contract_id: contract, created_at: madeAt, valid_until: until } = lease;
  const longest = terms.toSorted((a, b) => a.effective_until - b.effective_until).at(-1);
  if (longest === undefined)
    return [{ what: `${subject}: lease ${id} was made before contract ${contract} had a term` }];
  const end = longest.effective_until;
  const said = `${subject}: lease ${id} of contract ${contract}, whose term ${longest.version} ended at ${iso(end)},`;
  if (madeAt >= end) return [{ what: `${said} was made at ${iso(madeAt)}` }];
  if (until > end) return [{ what: `${said} is valid until ${iso(until)}` }];
  return [];
}

/** A lease that was silently cut short or extended. */
function asTold({ operations }: Evidence, leases: readonly BlockLeaseRow[]): readonly Violation[] {
  const rows = new Map(leases.map((lease) => [lease.id, lease]));
  return operations.flatMap(({ id, name, outcome, completedAt, result }): Violation[] => {
    const lease = rows.get(String(result?.['leaseId']));
    if (name !== 'assign' || outcome !== 'ok' || lease === undefined) return [];
    const told = Date.parse(String(result?.['validUntil']));
    if (told === lease.valid_until) return [];
    const what = `operation ${id}: ${lease.subject} was leased until ${iso(told)}, and is until ${iso(lease.valid_until)}`;
    return [completedAt === undefined ? { what } : { at: completedAt, what }];
  });
}

function iso(at: number): string {
  return Number.isFinite(at) && Math.abs(at) < 8.64e15 ? new Date(at).toISOString() : String(at);
}
