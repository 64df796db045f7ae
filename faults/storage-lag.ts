import { toSystem } from '../contract/index.ts';
import type { Ms, Running } from '../contract/index.ts';
import { once } from './once.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';

/** Replay on a standby is paused: it receives and keeps, and shows nothing of it. Bit when its primary says so. */
export function replayPaused(standby: string): PlannableFault {
  return lagging(standby, `pause replay on ${standby}`, {
    begin: async ({ admin }) => void (await admin.sql(standby, 'select pg_wal_replay_pause()')),
    end: async ({ admin }) => void (await admin.sql(standby, 'select pg_wal_replay_resume()')),
    over: async ({ admin }) =>
      (await admin.sql(standby, 'select pg_is_wal_replay_paused() as paused'))[0]?.['paused'] === false,
  });
}

/** A standby shows each commit `delayMs` after it was made (`recovery_min_apply_delay`), and confirms its receipt at once. */
export function applyDelay(standby: string, delayMs: Ms): PlannableFault {
  const reload = (admin: Running['admin']): Promise<unknown> => admin.sql(standby, 'select pg_reload_conf()');
  return lagging(standby, `let ${standby} show commits ${delayMs / 1000} s later`, {
    begin: async ({ admin, clock }) => {
      await admin.sql(
        standby,
        `alter system set recovery_min_apply_delay = '${Math.round(toSystem(delayMs, clock.speed))}ms'`,
      );
      await reload(admin);
    },
    end: async ({ admin }) => {
      await admin.sql(standby, 'alter system reset recovery_min_apply_delay');
      await reload(admin);
    },
    over: async ({ admin }) => {
      const [row] = await admin.sql(standby, 'show recovery_min_apply_delay');
      return ['0', '0ms'].includes(String(Object.values(row ?? {})[0]));
    },
  });
}

interface Lag {
  readonly begin: (running: Running) => Promise<void>;
  readonly end: (running: Running) => Promise<void>;
  readonly over: (running: Running) => Promise<boolean>;
}

function lagging(standby: string, title: string, { begin, end, over }: Lag): PlannableFault {
  return plannable({
    kind: 'storage.lag',
    target: standby,
    title,
    inject: async ({ running }) => {
      const primary = primaryOf(running, standby);
      await begin(running);
      return {
        witness: async () => {
          const [row] = await running.admin.sql(
            primary,
            `select (flush_lsn - replay_lsn)::int as bytes from pg_stat_replication where application_name = $1`,
            [standby],
          );
          const bytes = Number(row?.['bytes'] ?? 0);
          if (bytes === 0) return undefined;
          return { seen: `${bytes} bytes are on ${standby} and not shown, says ${primary}`, figures: { bytes } };
        },
        healed: () => over(running),
        [Symbol.asyncDispose]: once(() => end(running)),
      };
    },
  });
}

function primaryOf({ deployment }: Running, standby: string): string {
  const spec = deployment.components.find(({ name }) => name === standby);
  if (spec?.kind !== 'postgres' || spec.standbyOf === undefined) throw new Error(`${standby} is no standby`);
  return spec.standbyOf;
}
