/** Regulator export: plans the months of its region and makes those that are due. What failed is tried again after EXPORT_RETRY_MS. */
import type pg from 'pg';
import { Gauge, type Registry } from 'prom-client';
import { Kms } from '../../kit/kms.ts';
import type { Logger } from '../../kit/logging.ts';
import { ObjectStore } from '../../kit/object-store.ts';
import { Periodic } from '../../kit/periodic.ts';
import type { Safeguards } from '../../kit/safeguards.ts';
import { generateExport } from '../exports/generate.ts';
import { EXPORT_REPLANNING, inCharge } from '../regional/in-charge.ts';
import { planExports, readDueMonths, readPendingSeconds } from '../store/exports.ts';
import type { JobsConfig } from './config.ts';
import type { Job } from './job.ts';

const ACTOR = 'job:regulator-export';

export interface ExportJobParts {
  readonly config: JobsConfig;
  readonly log: Logger;
  readonly registry: Registry;
  readonly safeguards: Safeguards;
  readonly pool: pg.Pool;
}

export function createRegulatorExport({ config, log, registry, safeguards, pool }: ExportJobParts): Job {
  const objects = new ObjectStore(config);
  const parts = {
    pool,
    objects,
    kms: new Kms(config),
    safeguards,
    privateBucket: config.OBJECT_STORE_BUCKET,
    exportBucket: config.EXPORT_BUCKET,
  };
  registry.registerMetric(
    new Gauge({
      name: 'numbering_regulator_export_pending_seconds',
      help: 'Seconds since the planned time of the export that has been PENDING longest, 0 when none is late; absent while PostgreSQL is away',
      registers: [],
      async collect() {
        try {
          this.set(await readPendingSeconds(pool));
        } catch {
          this.remove();
        }
      },
    }),
  );

  const run = async (): Promise<number> => {
    // Once a month, whatever was lost: in the region that is primary.
    if (!(await inCharge(config, config.PRIMARY_TIMEOUT_MS))) return 0;
    await planExports(pool, config.REGION, config.EXPORT_DAY_OF_MONTH, safeguards.on(EXPORT_REPLANNING));
    let done = 0;
    for (const month of await readDueMonths(pool, config.REGION, config.EXPORT_RETRY_MS)) {
      try {
        const { rows } = await generateExport(parts, month, ACTOR);
        done += 1;
        log.info({ month, rows }, 'exported');
      } catch (error) {
        log.error({ err: error, month }, 'an export failed');
      }
    }
    return done;
  };
  const loop = new Periodic('regulator-export', config.EXPORT_TICK_MS, log, run);
  return {
    name: 'regulator-export',
    start: () => loop.start(),
    runNow: async () => ({ exported: await run() }),
    liveness: () => loop.stalled(config.LIVENESS_FACTOR),
    async stop() {
      await loop.stop();
      objects.close();
    },
  };
}
