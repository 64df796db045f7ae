import type { Evidence, Ms } from '../../../contract/index.ts';

/** Every term that an operator's contract has had. Instants are milliseconds of the epoch, on the services' clocks. */
export interface ContractTermRow {
  readonly contract_id: string;
  readonly version: number;
  readonly effective_until: Ms;
  readonly filed_at: Ms;
}

/** A lease of a number that is under a contract. */
export interface BlockLeaseRow {
  readonly id: string;
  readonly subject: string;
  readonly contract_id: string;
  readonly created_at: Ms;
  readonly valid_until: Ms;
}

/** Rows about operators, imports, exports and the audit trail at the end of the run; a table that was not collected is empty. */
export interface AdministrationTables {
  readonly contractTerms: readonly ContractTermRow[];
  readonly blockLeases: readonly BlockLeaseRow[];
}

export function administrationOf({ finalState }: Pick<Evidence, 'finalState'>): AdministrationTables {
  const { contractTerms = [], blockLeases = [] } = finalState;
  return { contractTerms, blockLeases } as unknown as AdministrationTables;
}
