import type { Evidence, Ms, StoredObject } from '../../../contract/index.ts';

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

/** A month of the plan. `done_at` is null while it is PENDING. */
export interface ExportRow {
  readonly month: string;
  readonly status: 'PENDING' | 'DONE';
  readonly attempts: number;
  readonly sha256: string | null;
  readonly rows: number | null;
  readonly done_at: Ms | null;
  /** Runs of daily jobs that were on record when the transaction that wrote it last began to lock rows: by the order of transactions, not by a clock. */
  readonly runs_before: number;
}

export interface AuditVerificationRow {
  readonly at: Ms;
  readonly intact: boolean;
  /** How many rows were looked at. */
  readonly rows: number;
  readonly first_bad_seq: number | null;
}

/** A run of a daily job that came to its end. */
export interface JobRunRow {
  readonly job: string;
  readonly started_at: Ms;
  readonly ended_at: Ms;
  readonly detail: Readonly<Record<string, unknown>>;
  /** From 1, in the order of the transactions that recorded them. */
  readonly nth: number;
}

export interface IncidentRow {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly opened_at: Ms;
  readonly closed_at: Ms | null;
}

/** A re-anchoring of the audit chain, with the sign-offs that are on record. */
export interface AnchorRow {
  readonly id: string;
  readonly incident_id: string;
  readonly at: Ms;
  readonly sign_offs: readonly { readonly role: string; readonly signature: string }[];
}

/** Rows about operators, imports, exports and the audit trail at the end of the run; a table that was not collected is empty. */
export interface AdministrationTables {
  readonly contractTerms: readonly ContractTermRow[];
  readonly blockLeases: readonly BlockLeaseRow[];
  readonly importBatches: readonly ImportBatchRow[];
  readonly importedNumbers: readonly ImportedNumbersRow[];
  readonly exports: readonly ExportRow[];
  /** What the regulator finds in the store. */
  readonly exportObjects: readonly StoredObject[];
  /** One row: the key by which exports are signed, SPKI DER in base64. */
  readonly exportKey: readonly { readonly publicKey: string }[];
  readonly auditVerifications: readonly AuditVerificationRow[];
  readonly incidents: readonly IncidentRow[];
  readonly anchors: readonly AnchorRow[];
  /** Undefined: they were not collected. */
  readonly jobRuns: readonly JobRunRow[] | undefined;
}

export function administrationOf({ finalState }: Pick<Evidence, 'finalState'>): AdministrationTables {
  const tables = Object.fromEntries(TABLES.map((table) => [table, finalState[table] ?? []]));
  return { ...tables, jobRuns: finalState['jobRuns'] } as unknown as AdministrationTables;
}

const TABLES = [
  'contractTerms',
  'blockLeases',
  'importBatches',
  'importedNumbers',
  'exports',
  'exportObjects',
  'exportKey',
  'auditVerifications',
  'incidents',
  'anchors',
] as const satisfies readonly Exclude<keyof AdministrationTables, 'jobRuns'>[];
