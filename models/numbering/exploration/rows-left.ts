import type { Convergence, Ms } from '../../../contract/index.ts';
import { primarySql } from '../primary.ts';

export const SECOND: Ms = 1000;
export const MINUTE: Ms = 60 * SECOND;

/** Jobs, relays and consumers look or try again at least so often: 30 s is the longest. */
export const PATIENCE: Ms = 60 * SECOND;

/**
 * Counts rows; what became due after the first look has its own limit, which an invariant holds.
 * @param query gives `n`; `$1` stands for the instant of the first look
 */
export function rows(
  name: string,
  within: Ms,
  row: string,
  query: string,
  what: (count: number) => string,
): Convergence {
  let since: unknown;
  return {
    name,
    within,
    row,
    patience: PATIENCE,
    look: async (running) => {
      since ??= (await primarySql(running, 'select now() as now'))[0]?.['now'];
      const [found] = await primarySql(running, query, query.includes('$1') ? [since] : []);
      const count = Number(found?.['n']);
      return count === 0 ? undefined : what(count);
    },
  };
}
