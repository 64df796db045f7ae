import type { Ms } from '../contract/index.ts';
import { once } from './once.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';

/** Longer than any fault: the lock ends when it is healed. */
const FOREVER_S = 86_400;
/** A busy table gives its lock when the transactions before have ended. */
const TAKEN_WITHIN_MS: Ms = 30_000;
const POLL_MS: Ms = 10;
/** Text by which the fault's own session is found again. */
const MARK = 'faultline holds this lock';

/**
 * Slow statements: an exclusive lock on a table, held by an administrator's session, so that whoever needs the table waits.
 * The same statement in both worlds. Bit when the server itself shows somebody waiting for the table.
 */
export function lockTable(database: string, table: string): PlannableFault {
  if (!/^\w+(\.\w+)?$/.test(table))
    throw new Error(`lockTable: expected a table such as numbering.leases, found ${table}`);
  return plannable({
    kind: 'provider.slow',
    target: database,
    title: `lock ${table} in ${database}`,
    inject: async ({ running }) => {
      const { admin } = running;
      const held = admin
        .sql(
          database,
          `do $$ begin /* ${MARK} */ lock table ${table} in access exclusive mode; perform pg_sleep(${FOREVER_S}); end $$`,
        )
        .catch(() => {}); // cancelled when healed
      const count = async (granted: boolean): Promise<number> => {
        const [row] = await admin.sql(
          database,
          `select count(*)::int as n from pg_locks where locktype = 'relation' and relation = '${table}'::regclass
             and granted = ${granted} and mode = ${granted ? `'AccessExclusiveLock'` : 'mode'}`,
        );
        return Number(row?.['n']);
      };
      const limit = running.clock.now() + TAKEN_WITHIN_MS;
      while ((await count(true)) === 0) {
        if (running.clock.now() > limit) {
          throw new Error(
            `lockTable: ${table} was not locked within ${TAKEN_WITHIN_MS / 1000} s: see who holds it in pg_locks`,
          );
        }
        await running.clock.sleep(POLL_MS);
      }
      return {
        witness: async () => {
          const waiting = await count(false);
          if (waiting === 0) return undefined;
          return { seen: `${waiting} statements wait for ${table}`, figures: { waiting } };
        },
        healed: async () => (await count(true)) === 0,
        [Symbol.asyncDispose]: once(async () => {
          await admin.sql(
            database,
            `select pg_cancel_backend(pid) from pg_stat_activity where query like '%${MARK}%' and pid <> pg_backend_pid()`,
          );
          await held;
        }),
      };
    },
  });
}
