/** SQL that fills the migrated database: identifiers to reserve, leases to validate. */
export function inventory(): string {
  return `insert into numbering.identifiers (kind, value)
    select 'MSISDN', '+9370000' || lpad(n::text, 4, '0') from generate_series(1, 1000) as n order by n`;
}
