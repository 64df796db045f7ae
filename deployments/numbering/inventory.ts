/**
 * SQL that fills the migrated database. `+93700…` is for the steady load, `+93701…` for the activities of scenarios,
 * `+93709…` is leased to be validated; short codes are few, so that one page of Browse shows them all.
 */
export function inventory(): string {
  return `
    insert into numbering.identifiers (kind, value)
      select 'MSISDN', '+93700' || lpad(n::text, 6, '0') from generate_series(1, 1500) as n order by n;
    insert into numbering.identifiers (kind, value)
      select 'MSISDN', '+93701' || lpad(n::text, 6, '0') from generate_series(1, 500) as n order by n;
    insert into numbering.identifiers (kind, value)
      select 'SHORT_CODE', (4000 + n)::text from generate_series(1, 20) as n order by n;
    insert into numbering.identifiers (kind, value, state, tenant_id, lease_id)
      select 'MSISDN', '+93709' || lpad(n::text, 6, '0'), 'ASSIGNED', 'tenant-' || n, lpad(n::text, 32, '0')::uuid
        from generate_series(1, 10) as n order by n;
    insert into numbering.leases (id, kind, value, tenant_id, status, created_at, valid_until)
      select lease_id, kind, value, tenant_id, 'ACTIVE', '2020-01-01T00:00:00Z', '2099-01-01T00:00:00Z'
        from numbering.identifiers where state = 'ASSIGNED' order by kind, value;`;
}

/**
 * The export of the last month is still ahead, as it is at the beginning of a month: the service plans it for the 10th, and a
 * plan that is there stays.
 */
export function latestExportIsAhead(): string {
  return `
    insert into numbering.regulator_exports (month, region, planned_at)
      values (to_char(date_trunc('month', now() at time zone 'UTC') - interval '1 month', 'YYYY-MM'), 'kbl', now() + interval '1 day');`;
}
