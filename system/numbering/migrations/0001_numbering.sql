-- Up Migration
CREATE SCHEMA numbering;

CREATE TABLE numbering.identifiers (
  kind text NOT NULL CHECK (kind IN ('MSISDN', 'SHORT_CODE', 'ALPHA')),
  value text NOT NULL COLLATE "C",
  state text NOT NULL DEFAULT 'AVAILABLE' CHECK (state IN ('AVAILABLE', 'RESERVED', 'ASSIGNED', 'QUARANTINE')),
  version bigint NOT NULL DEFAULT 1,
  tenant_id text,
  reservation_id uuid,
  lease_id uuid,
  quarantine_until timestamptz,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (kind, value),
  CHECK (state <> 'QUARANTINE' OR quarantine_until IS NOT NULL)
);
CREATE INDEX identifiers_by_state ON numbering.identifiers (kind, state, value);
CREATE INDEX identifiers_in_quarantine ON numbering.identifiers (quarantine_until) WHERE state = 'QUARANTINE';

CREATE TABLE numbering.reservations (
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  value text NOT NULL COLLATE "C",
  tenant_id text NOT NULL,
  status text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'ASSIGNED', 'RELEASED', 'EXPIRED')),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  FOREIGN KEY (kind, value) REFERENCES numbering.identifiers (kind, value)
);
CREATE INDEX reservations_active_by_expiry ON numbering.reservations (expires_at) WHERE status = 'ACTIVE';
CREATE INDEX reservations_active_by_tenant ON numbering.reservations (tenant_id, expires_at) WHERE status = 'ACTIVE';
CREATE INDEX reservations_by_identifier ON numbering.reservations (kind, value, created_at);

CREATE TABLE numbering.leases (
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  value text NOT NULL COLLATE "C",
  tenant_id text NOT NULL,
  status text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'RELEASED', 'RECALLED')),
  created_at timestamptz NOT NULL DEFAULT now(),
  valid_until timestamptz NOT NULL,
  ended_at timestamptz,
  recall_reason text,
  FOREIGN KEY (kind, value) REFERENCES numbering.identifiers (kind, value)
);
CREATE INDEX leases_active_by_tenant ON numbering.leases (tenant_id) WHERE status = 'ACTIVE';
CREATE INDEX leases_by_identifier ON numbering.leases (kind, value, created_at);

CREATE TABLE numbering.outbox (
  id uuid PRIMARY KEY,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  aggregate text NOT NULL,
  version bigint NOT NULL,
  type text NOT NULL,
  payload jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  published_at timestamptz,
  UNIQUE (aggregate, version)
);
CREATE INDEX outbox_unpublished ON numbering.outbox (seq) WHERE published_at IS NULL;

CREATE TABLE numbering.audit (
  seq bigint PRIMARY KEY,
  at timestamptz NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  version bigint NOT NULL,
  detail jsonb NOT NULL,
  prev_hash text NOT NULL,
  hash text NOT NULL
);

-- One row: the end of the chain. Its lock orders the writers of the chain.
CREATE TABLE numbering.audit_head (
  id integer PRIMARY KEY CHECK (id = 1),
  seq bigint NOT NULL,
  hash text NOT NULL
);
INSERT INTO numbering.audit_head (id, seq, hash) VALUES (1, 0, repeat('0', 64));

CREATE TABLE numbering.idempotency_keys (
  tenant_id text NOT NULL,
  key text NOT NULL,
  operation text NOT NULL,
  payload_hash text NOT NULL,
  response jsonb,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, key)
);
CREATE INDEX idempotency_keys_by_expiry ON numbering.idempotency_keys (expires_at);

-- Down Migration
DROP SCHEMA numbering CASCADE;
