/** numbering-jobs: one job a process. Start: `JOBS=reservation-cleanup node system/numbering/jobs/main.ts`. */
import { Counter, Registry } from 'prom-client';
import { z } from 'zod';
import { createHttpApp, problemSchema } from '../../kit/http.ts';
import { IdempotencyStore } from '../../kit/idempotency.ts';
import { createLogger } from '../../kit/logging.ts';
import { createPool } from '../../kit/postgres.ts';
import { RedisLink } from '../../kit/redis-link.ts';
import { Safeguards } from '../../kit/safeguards.ts';
import { Closing, drainOnSignal, startOrExit } from '../../kit/shutdown.ts';
import { RESERVATION_KEY_TTL } from '../cache/reservation-mirror.ts';
import { COMPARE_AND_SET } from '../store/changes.ts';
import { EXPORT_REPLANNING } from '../regional/in-charge.ts';
import { KEY_ROW_COMPARISON } from './comparison.ts';
import { jobsConfig, type JobName } from './config.ts';
import { EXPORT_HALT, EXPORT_TEMPORARY_NAME } from '../exports/generate.ts';
import { createAuditChainVerify, DAILY_AUDIT_VERIFY } from './daily/audit-chain-verify.ts';
import { createCapacityReport } from './daily/capacity-report.ts';
import { createContractCheck, DAILY_CONTRACT_CHECK } from './daily/contract-check.ts';
import { createRegulatorExport } from './exports.ts';
import { IMPORT_ERROR_RECORD, IMPORT_SINGLE_TRANSACTION } from './imports/import-batch.ts';
import { createImports } from './imports/imports.ts';
import type { Job } from './job.ts';
import { createQuarantineSweep } from './quarantine-sweep.ts';
import { createRecallWorker } from './recall/recall-worker.ts';
import { RECALL_RESUME, RECALL_TICK_LIMIT } from './recall/recalls.ts';
import { createReservationCleanup, SAFETY_NET_CRON, type CleanupParts } from './reservation-cleanup.ts';

const SAFEGUARDS = [
  SAFETY_NET_CRON,
  KEY_ROW_COMPARISON,
  RESERVATION_KEY_TTL,
  COMPARE_AND_SET,
  DAILY_CONTRACT_CHECK,
  IMPORT_SINGLE_TRANSACTION,
  IMPORT_ERROR_RECORD,
  DAILY_AUDIT_VERIFY,
  EXPORT_HALT,
  EXPORT_TEMPORARY_NAME,
  RECALL_TICK_LIMIT,
  RECALL_RESUME,
  EXPORT_REPLANNING,
];

const JOB: Record<JobName, (parts: CleanupParts) => Job> = {
  'reservation-cleanup': createReservationCleanup,
  'quarantine-sweep': createQuarantineSweep,
  'contract-check': createContractCheck,
  imports: createImports,
  'capacity-report': createCapacityReport,
  'regulator-export': createRegulatorExport,
  'audit-chain-verify': createAuditChainVerify,
  'recall-worker': createRecallWorker,
};

await startOrExit(async () => {
  const config = jobsConfig(process.env);
  const name = `numbering-jobs/${config.JOBS}`;
  const safeguards = new Safeguards(SAFEGUARDS, config.SAFEGUARDS_OFF);
  const log = createLogger(name, config.LOG_LEVEL);
  const registry = new Registry();
  safeguards.export(registry);
  const redisErrors = new Counter({
    name: 'numbering_redis_connection_errors_total',
    help: 'Failed connections, commands and probes of Redis; a late answer counts when it is one of several in a row',
    registers: [registry],
  });
  const onConnectionError = (): void => redisErrors.inc();
  const closing = new Closing();

  const pool = createPool(config, name, log);
  closing.add('postgres', () => pool.end());
  const redis = new RedisLink(config, 'numbering-jobs', log, onConnectionError);
  closing.add('redis', () => redis.close());
  const idempotency = new IdempotencyStore('numbering', safeguards);
  const job = JOB[config.JOBS]({ config, log, registry, safeguards, pool, redis, idempotency, onConnectionError });

  await redis.start();
  if (config.RUN_ONCE) {
    log.info({ ...(await job.runNow()) }, 'run once');
    await closing.close(log);
    process.exit(0);
  }

  const http = await createHttpApp({ service: 'numbering-jobs', log, registry, liveness: () => job.liveness() });
  http.post(
    `/v1/jobs/${job.name}::run`,
    {
      schema: {
        summary: 'Run the job now',
        response: { 200: z.looseObject({ job: z.string() }), '4xx': problemSchema, '5xx': problemSchema },
      },
    },
    async () => ({ job: job.name, ...(await job.runNow()) }),
  );
  job.start();
  closing.add('job', () => job.stop());
  await http.listen({ host: config.HTTP_HOST, port: config.HTTP_PORT });
  closing.add('http', () => http.close());

  drainOnSignal(closing, log, config.SHUTDOWN_GRACE_MS);
  log.info({ http: http.server.address(), safeguardsOff: config.SAFEGUARDS_OFF }, 'started');
});
