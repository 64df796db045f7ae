/** Quarantine sweep: the only way by which an identifier whose quarantine is over returns to the pool. */
import type pg from 'pg';
import { Counter, type Registry } from 'prom-client';
import { inTransaction } from '../../kit/postgres.ts';
import { Periodic } from '../../kit/periodic.ts';
import type { Logger } from '../../kit/logging.ts';
import type { RedisLink } from '../../kit/redis-link.ts';
import type { Safeguards } from '../../kit/safeguards.ts';
import { validationKey } from '../cache/keys.ts';
import type { Identifier } from '../domain/identifiers.ts';
import { makeChanges } from '../store/changes.ts';
import { lockQuarantineOver } from '../store/identifiers.ts';
import type { JobsConfig } from './config.ts';
import type { Job } from './job.ts';

const ACTOR = 'job:quarantine-sweep';

export interface SweepParts {
  readonly config: JobsConfig;
  readonly log: Logger;
  readonly registry: Registry;
  readonly safeguards: Safeguards;
  readonly pool: pg.Pool;
  readonly redis: RedisLink;
}

export function createQuarantineSweep(parts: SweepParts): Job {
  const { config, log, registry, safeguards, pool, redis } = parts;
  const returnedTotal = new Counter({
    name: 'numbering_quarantine_returned_total',
    help: 'Identifiers that the sweep has returned to the pool',
    registers: [registry],
  });

  const returnBatch = (): Promise<Identifier[]> =>
    inTransaction(pool, async (sql) => {
      const { over, at } = await lockQuarantineOver(sql, config.QUARANTINE_BATCH);
      if (at === undefined) return over;
      await makeChanges(
        sql,
        safeguards,
        at,
        over.map((from) => ({ from, to: 'AVAILABLE', action: 'quarantine-ended', actor: ACTOR })),
      );
      return over;
    });

  const run = async (): Promise<number> => {
    let returned = 0;
    for (;;) {
      const batch = await returnBatch();
      if (batch.length > 0) await redis.attempt((client) => client.del(...batch.map(validationKey)));
      returnedTotal.inc(batch.length);
      returned += batch.length;
      if (batch.length < config.QUARANTINE_BATCH) break;
    }
    if (returned > 0) log.info({ returned }, 'identifiers returned to the pool');
    return returned;
  };
  const loop = new Periodic('quarantine-sweep', config.QUARANTINE_SWEEP_MS, log, run);

  return {
    name: 'quarantine-sweep',
    start: () => loop.start(),
    runNow: async () => ({ returned: await run() }),
    liveness: () => loop.stalled(config.LIVENESS_FACTOR),
    stop: () => loop.stop(),
  };
}
