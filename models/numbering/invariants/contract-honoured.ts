import type { Evidence, Invariant, Violation } from '../../../contract/index.ts';
import { administrationOf } from './administration-tables.ts';
import type { BlockLeaseRow, ContractTermRow } from './administration-tables.ts';

/**
 * No lease outlives the validUntil its contract gave it, and no assignment is made under an expired contract: each lease of a
 * number in a block was made before the end of the term that was on file then, ends with that term at the latest, and ends
 * when its tenant was told that it would.
 */
export const invariant: Invariant = {
  name: 'contract-honoured',
  check(evidence) {
    const { blockLeases, contractTerms } = administrationOf(evidence);
    return {
      examined: blockLeases.length,
      violations: [
        ...blockLeases.flatMap((lease) => underItsTerm(lease, contractTerms)),
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

function underItsTerm(lease: BlockLeaseRow, terms: readonly ContractTermRow[]): readonly Violation[] {
  const { id, subject, contract_id: contract, created_at: madeAt, valid_until: until } = lease;
  const term = terms.findLast((each) => each.contract_id === contract && each.filed_at <= madeAt);
  if (term === undefined) return [{ what: `${subject}: lease ${id} was made before contract ${contract} had a term` }];
  const end = term.effective_until;
  const said = `${subject}: lease ${id} of contract ${contract}, whose term ${term.version} ended at ${iso(end)},`;
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
