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

/** A file of an operator: how its import ended, and how many identifiers are in its block. */
export interface ImportBatchRow {
  readonly id: string;
  readonly status: 'PENDING' | 'DONE' | 'FAILED';
  readonly rows: number | null;
  readonly found: number;
}

/** How many numbers of the inventory begin with a file's prefix. */
export interface ImportedNumbersRow {
  readonly prefix: string;
  readonly found: number;
}

/** Rows about operators, imports, exports and the audit trail at the end of the run; a table that was not collected is empty. */
export interface AdministrationTables {
  readonly contractTerms: readonly ContractTermRow[];
  readonly blockLeases: readonly BlockLeaseRow[];
  readonly importBatches: readonly ImportBatchRow[];
  readonly importedNumbers: readonly ImportedNumbersRow[];
}

export function administrationOf({ finalState }: Pick<Evidence, 'finalState'>): AdministrationTables {
  const { contractTerms = [], blockLeases = [], importBatches = [], importedNumbers = [] } = finalState;
  return { contractTerms, blockLeases, importBatches, importedNumbers } as unknown as AdministrationTables;
}
