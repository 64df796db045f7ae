/** Looks at the server that is primary at the moment, in rows where that changes. */
import { polled } from 'faultline';
import type { Probe } from 'faultline';
import { primarySql } from '../../models/numbering/primary.ts';

/** No identifier is in two living reservations or leases, by the rows of the primary; nothing is seen while there is none. */
export const oneHolderAtPrimary: Probe = polled('no identifier has two holders', 5000, async ({ running }) => {
  try {
    const [row] = await primarySql(
      running,
      `select count(*)::int as doubled from (
         select kind, value from (
           select kind, value from numbering.reservations where status = 'ACTIVE'
           union all select kind, value from numbering.leases where status = 'ACTIVE') as held
         group by kind, value having count(*) > 1) as twice`,
    );
    const doubled = Number(row?.['doubled']);
    return { holds: doubled === 0, seen: `${doubled} with two holders` };
  } catch {
    return undefined;
  }
});
