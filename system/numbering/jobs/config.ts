/** Configuration of numbering-jobs. README.md explains each variable. */
import { z } from 'zod';
import { count, flag, milliseconds, names, port, readConfig } from '../../kit/config.ts';
import { natsConfig } from '../../kit/nats.ts';
import { kmsConfig } from '../../kit/kms.ts';
import { objectStoreConfig } from '../../kit/object-store.ts';
import { postgresConfig } from '../../kit/postgres.ts';
import { redisConfig } from '../../kit/redis.ts';
import { inChargeConfig } from '../regional/in-charge.ts';

/** The jobs; a process runs one. */
export const JOBS = [
  'reservation-cleanup',
  'quarantine-sweep',
  'contract-check',
  'imports',
  'capacity-report',
  'regulator-export',
  'audit-chain-verify',
  'recall-worker',
] as const;
export type JobName = (typeof JOBS)[number];

const shape = {
  JOBS: z.enum(JOBS, { error: `must be one of ${JOBS.join(', ')}` }),
  RUN_ONCE: flag(false),
  HTTP_HOST: z.string().default('0.0.0.0'),
  HTTP_PORT: port(8081),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  SAFEGUARDS_OFF: names(),
  ...postgresConfig,
  ...redisConfig(2000),
  ...objectStoreConfig,
  ...kmsConfig,
  REGION: z.string().min(1).default('kbl'),
  ...inChargeConfig,
  EXPORT_BUCKET: z.string().min(3).default('regulator-exports'),
  EXPORT_TICK_MS: milliseconds(5000),
  EXPORT_RETRY_MS: milliseconds(900_000),
  EXPORT_DAY_OF_MONTH: count(10, { max: 28 }),
  ...natsConfig,
  // Only the recall worker needs it.
  NATS_URLS: names(),
  CLEANUP_CRON_MS: milliseconds(55_000),
  CLEANUP_BATCH: count(100),
  COMPARISON_MS: milliseconds(30_000),
  COMPARISON_GRACE_MS: milliseconds(5000, { min: 0 }),
  EXPIRY_AGAIN_MS: milliseconds(1000),
  LISTENER_PING_MS: milliseconds(5000),
  LISTENER_PING_TIMEOUT_MS: milliseconds(2000),
  QUARANTINE_SWEEP_MS: milliseconds(30_000),
  QUARANTINE_BATCH: count(100),
  IMPORT_POLL_MS: milliseconds(2000),
  IMPORT_CHUNK: count(100),
  RECALL_IDS_PER_TICK: count(100),
  RECALL_TICK_MS: milliseconds(100),
  RECALL_POLL_MS: milliseconds(5000),
  QUARANTINE_MS: milliseconds(2_592_000_000, { max: Number.MAX_SAFE_INTEGER }),
  JOB_TICK_MS: milliseconds(10_000),
  DAY_MS: milliseconds(86_400_000, { max: Number.MAX_SAFE_INTEGER }),
  LIVENESS_FACTOR: count(3),
  SHUTDOWN_GRACE_MS: milliseconds(8000),
};

/** @throws ConfigurationError */
export function jobsConfig(env: NodeJS.ProcessEnv) {
  return readConfig(shape, env);
}

export type JobsConfig = ReturnType<typeof jobsConfig>;
