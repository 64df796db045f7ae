-- Up Migration
-- Who may sign: operators their blocks and terms, officers the re-anchoring of the audit chain. Keys: Ed25519, SPKI DER in base64.
CREATE TABLE numbering.operators (
  id text PRIMARY KEY COLLATE "C",
  public_key text NOT NULL
);
CREATE TABLE numbering.officers (
  role text PRIMARY KEY CHECK (role IN ('SECURITY', 'LEGAL', 'COMPLIANCE')),
  public_key text NOT NULL
);

CREATE TABLE numbering.contracts (
  id text PRIMARY KEY COLLATE "C",
  operator_id text NOT NULL REFERENCES numbering.operators (id),
  version bigint NOT NULL DEFAULT 1,
  effective_from timestamptz NOT NULL,
  effective_until timestamptz NOT NULL CHECK (effective_until > effective_from)
);
-- Every term that a contract has had. Terms that were loaded with the contract have no signature here.
CREATE TABLE numbering.contract_terms (
  contract_id text NOT NULL REFERENCES numbering.contracts (id),
  version bigint NOT NULL,
  effective_from timestamptz NOT NULL,
  effective_until timestamptz NOT NULL,
  signature text,
  filed_at timestamptz NOT NULL,
  PRIMARY KEY (contract_id, version)
);
CREATE TABLE numbering.contract_acknowledgements (
  contract_id text NOT NULL REFERENCES numbering.contracts (id),
  contract_version bigint NOT NULL,
  step_days integer NOT NULL,
  acknowledged_by text NOT NULL,
  acknowledged_at timestamptz NOT NULL,
  PRIMARY KEY (contract_id, contract_version, step_days)
);
-- What the daily jobs found to be in order or not, the latest of each.
CREATE TABLE numbering.readiness_gates (
  gate text NOT NULL COLLATE "C",
  subject text NOT NULL COLLATE "C",
  passed boolean NOT NULL,
  detail text NOT NULL,
  judged_at timestamptz NOT NULL,
  PRIMARY KEY (gate, subject)
);

-- Identifiers that came in one file of one operator. Those loaded without a block are under no contract.
CREATE TABLE numbering.blocks (
  id text PRIMARY KEY COLLATE "C",
  contract_id text NOT NULL REFERENCES numbering.contracts (id),
  created_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE numbering.identifiers ADD COLUMN block_id text COLLATE "C" REFERENCES numbering.blocks (id);
CREATE INDEX identifiers_by_block ON numbering.identifiers (block_id) WHERE block_id IS NOT NULL;

CREATE TABLE numbering.lease_import_batches (
  id uuid PRIMARY KEY,
  contract_id text NOT NULL REFERENCES numbering.contracts (id),
  status text NOT NULL CHECK (status IN ('PENDING', 'DONE', 'FAILED')),
  object_key text,
  sha256 text NOT NULL,
  signature text NOT NULL,
  rows integer,
  error text,
  created_at timestamptz NOT NULL,
  ended_at timestamptz
);
CREATE INDEX lease_import_batches_pending ON numbering.lease_import_batches (created_at, id) WHERE status = 'PENDING';
CREATE TABLE numbering.lease_import_errors (
  batch_id uuid NOT NULL REFERENCES numbering.lease_import_batches (id),
  row integer NOT NULL,
  value text NOT NULL,
  code text NOT NULL,
  detail text NOT NULL,
  PRIMARY KEY (batch_id, row)
);

CREATE TABLE numbering.job_runs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job text NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL,
  detail jsonb NOT NULL
);
CREATE INDEX job_runs_by_job ON numbering.job_runs (job, ended_at);

-- One row a month: the plan. `region` says whose job makes it.
CREATE TABLE numbering.regulator_exports (
  month text PRIMARY KEY COLLATE "C" CHECK (month ~ '^\d{4}-\d{2}$'),
  region text NOT NULL,
  planned_at timestamptz NOT NULL,
  status text NOT NULL DEFAULT 'PENDING' CHECK (status IN ('PENDING', 'DONE')),
  attempts integer NOT NULL DEFAULT 0,
  attempted_at timestamptz,
  error text,
  object_key text,
  sha256 text,
  signature text,
  rows integer,
  done_at timestamptz,
  CHECK (status <> 'DONE' OR (object_key IS NOT NULL AND sha256 IS NOT NULL AND signature IS NOT NULL))
);

CREATE TABLE numbering.audit_verifications (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  intact boolean NOT NULL,
  rows bigint NOT NULL,
  first_bad_seq bigint,
  reason text
);
CREATE TABLE numbering.audit_backups (
  from_seq bigint PRIMARY KEY,
  to_seq bigint NOT NULL,
  object_key text NOT NULL,
  signature text NOT NULL,
  at timestamptz NOT NULL
);
CREATE TABLE numbering.incidents (
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  subject text NOT NULL,
  detail text NOT NULL,
  opened_at timestamptz NOT NULL,
  closed_at timestamptz
);
CREATE UNIQUE INDEX incidents_open ON numbering.incidents (kind, subject) WHERE closed_at IS NULL;
-- A re-anchoring: the chain is trusted again up to `seq`, with the sign-offs by which that was decided.
CREATE TABLE numbering.audit_anchors (
  id uuid PRIMARY KEY,
  incident_id uuid NOT NULL REFERENCES numbering.incidents (id),
  seq bigint NOT NULL,
  hash text NOT NULL,
  at timestamptz NOT NULL
);
CREATE TABLE numbering.audit_sign_offs (
  anchor_id uuid NOT NULL REFERENCES numbering.audit_anchors (id),
  role text NOT NULL REFERENCES numbering.officers (role),
  signature text NOT NULL,
  PRIMARY KEY (anchor_id, role)
);

CREATE TABLE numbering.capacity_reports (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  kind text NOT NULL,
  total bigint NOT NULL,
  available bigint NOT NULL,
  leased_in_window bigint NOT NULL,
  window_days integer NOT NULL,
  exhausted_at timestamptz
);

-- Down Migration
ALTER TABLE numbering.identifiers DROP COLUMN block_id;
DROP TABLE numbering.capacity_reports, numbering.audit_sign_offs, numbering.audit_anchors, numbering.incidents, numbering.audit_backups,
  numbering.audit_verifications, numbering.regulator_exports, numbering.job_runs, numbering.lease_import_errors, numbering.lease_import_batches,
  numbering.blocks, numbering.readiness_gates, numbering.contract_acknowledgements, numbering.contract_terms, numbering.contracts,
  numbering.officers, numbering.operators;
