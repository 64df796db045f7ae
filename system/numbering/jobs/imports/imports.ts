/** Import worker: takes the files that wait, the oldest first. While a store is away they wait, and go on where they were. */
import type pg from 'pg';
import { Counter, type Registry } from 'prom-client';
import type { Logger } from '../../../kit/logging.ts';
import { ObjectStore } from '../../../kit/object-store.ts';
import { Periodic } from '../../../kit/periodic.ts';
import type { Safeguards } from '../../../kit/safeguards.ts';
import { nextBatch } from '../../store/imports.ts';
import type { JobsConfig } from '../config.ts';
import type { Job } from '../job.ts';
import { importBatch } from './import-batch.ts';

export interface ImportJobParts {
  readonly config: JobsConfig;
  readonly log: Logger;
  readonly registry: Registry;
  readonly safeguards: Safeguards;
  readonly pool: pg.Pool;
}

export function createImports({ config, log, registry, safeguards, pool }: ImportJobParts): Job {
  const batches = new Counter({
    name: 'numbering_lease_import_batches_total',
    help: 'Files of operators, by how their import ended in this process',
    labelNames: ['status'],
    registers: [registry],
  });
  for (const status of ['DONE', 'FAILED']) batches.inc({ status }, 0);
  const store = new ObjectStore(config);
  const parts = { pool, store, safeguards, bucket: config.OBJECT_STORE_BUCKET, chunk: config.IMPORT_CHUNK };

  const run = async (): Promise<number> => {
    for (let ended = 0; ; ended += 1) {
      const batch = await nextBatch(pool);
      if (batch === undefined) return ended;
      const status = await importBatch(parts, batch);
      if (status !== undefined) batches.inc({ status });
      log.info({ batch: batch.id, status }, 'import');
    }
  };
  // A run on demand waits for the one under way: two at once would do the same batch.
  let last: Promise<unknown> = Promise.resolve();
  const alone = (): Promise<number> => {
    const next = last.then(run, run);
    last = next.catch(() => {});
    return next;
  };
  const loop = new Periodic('imports', config.IMPORT_POLL_MS, log, alone);
  return {
    name: 'imports',
    start: () => loop.start(),
    runNow: async () => ({ ended: await alone() }),
    liveness: () => loop.stalled(config.LIVENESS_FACTOR),
    async stop() {
      await loop.stop();
      await last;
      store.close();
    },
  };
}
