-- Up Migration
-- Who relays the outbox is told of each transaction that added to it. Nobody listening costs a lookup.
CREATE FUNCTION numbering.notify_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('numbering_outbox', '');
  RETURN NULL;
END $$;
CREATE TRIGGER outbox_notify AFTER INSERT ON numbering.outbox
  FOR EACH STATEMENT EXECUTE FUNCTION numbering.notify_outbox();

-- One row for each suspension that was taken in, by the id of its event: how far its recall has come.
CREATE TABLE numbering.recalls (
  event_id uuid PRIMARY KEY,
  tenant_id text NOT NULL,
  reason text NOT NULL,
  received_at timestamptz NOT NULL,
  recalled bigint NOT NULL DEFAULT 0,
  -- The last lease that was looked at: leases are taken in the order of their ids.
  after_lease uuid,
  finished_at timestamptz
);
CREATE INDEX recalls_unfinished ON numbering.recalls (received_at, event_id) WHERE finished_at IS NULL;
-- A recall takes the leases of one tenant in the order of their ids.
DROP INDEX numbering.leases_active_by_tenant;
CREATE INDEX leases_active_by_tenant ON numbering.leases (tenant_id, id) WHERE status = 'ACTIVE';

CREATE SCHEMA billing;
-- Begin and end of leases as events told them; the version of the identifier orders them.
CREATE TABLE billing.entries (
  subject text NOT NULL COLLATE "C",
  version bigint NOT NULL,
  lease_id uuid NOT NULL,
  tenant_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('BEGIN', 'END')),
  at timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (subject, version)
);
CREATE INDEX entries_by_lease ON billing.entries (lease_id, version);

CREATE SCHEMA sender_registry;
CREATE TABLE sender_registry.verified (
  tenant_id text NOT NULL,
  sender_id text NOT NULL,
  verified_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, sender_id)
);
-- Every positive answer that was given: a lease names the one that it rests on.
CREATE TABLE sender_registry.verifications (
  id uuid PRIMARY KEY,
  tenant_id text NOT NULL,
  sender_id text NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
-- Identifiers as events told of them.
CREATE TABLE sender_registry.inventory (
  subject text PRIMARY KEY COLLATE "C",
  version bigint NOT NULL,
  state text NOT NULL,
  tenant_id text,
  received_at timestamptz NOT NULL DEFAULT now()
);

CREATE SCHEMA compliance;
CREATE TABLE compliance.inbox (
  event_id uuid PRIMARY KEY,
  received_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE compliance.suspensions (
  event_id uuid PRIMARY KEY,
  tenant_id text NOT NULL,
  reason text NOT NULL,
  source text NOT NULL,
  at timestamptz NOT NULL,
  published_at timestamptz
);
CREATE INDEX suspensions_unpublished ON compliance.suspensions (at, event_id) WHERE published_at IS NULL;

-- Down Migration
DROP SCHEMA compliance CASCADE;
DROP SCHEMA sender_registry CASCADE;
DROP SCHEMA billing CASCADE;
DROP INDEX numbering.leases_active_by_tenant;
CREATE INDEX leases_active_by_tenant ON numbering.leases (tenant_id) WHERE status = 'ACTIVE';
DROP TABLE numbering.recalls;
DROP TRIGGER outbox_notify ON numbering.outbox;
DROP FUNCTION numbering.notify_outbox();
