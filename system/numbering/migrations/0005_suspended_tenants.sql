-- Up Migration
CREATE INDEX recalls_by_tenant ON numbering.recalls (tenant_id);

-- Number of the advisory lock by which who notes a recall of the tenant and who makes a lease of it wait for each other.
CREATE FUNCTION numbering.recall_lock(tenant text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT hashtextextended('recall:' || tenant, 0)
$$;

-- Whether the tenant's leases are recalled in bulk, now and until the caller's transaction ends: a recall of the tenant that is
-- noted meanwhile waits for it. A function, so that the look has a snapshot from after the wait for the lock.
CREATE FUNCTION numbering.is_suspended(tenant text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(numbering.recall_lock(tenant));
  RETURN EXISTS (SELECT 1 FROM numbering.recalls WHERE tenant_id = tenant);
END
$$;

-- Down Migration
DROP FUNCTION numbering.is_suspended(text);
DROP FUNCTION numbering.recall_lock(text);
DROP INDEX numbering.recalls_by_tenant;
