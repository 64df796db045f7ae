/** Configuration of numbering-service. README.md explains each variable. */
import { z } from 'zod';
import { count, milliseconds, names, port, readConfig, url } from '../../kit/config.ts';
import { kmsConfig } from '../../kit/kms.ts';
import { objectStoreConfig } from '../../kit/object-store.ts';
import { postgresConfig } from '../../kit/postgres.ts';
import { redisConfig } from '../../kit/redis.ts';
import { regionalConfig } from '../regional/regional.ts';

const FOREVER_MS = Number.MAX_SAFE_INTEGER;

const shape = {
  HTTP_HOST: z.string().default('0.0.0.0'),
  HTTP_PORT: port(8080),
  GRPC_PORT: port(9090),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  SAFEGUARDS_OFF: names(),
  ...postgresConfig,
  ...redisConfig(10),
  ...objectStoreConfig,
  ...kmsConfig,
  EXPORT_BUCKET: z.string().min(3).default('regulator-exports'),
  ...regionalConfig,
  RESERVATION_TTL_MS: milliseconds(600_000),
  RESERVATION_TTL_MAX_MS: milliseconds(3_600_000),
  LEASE_TERM_MS: milliseconds(31_536_000_000, { max: FOREVER_MS }),
  QUARANTINE_MS: milliseconds(2_592_000_000, { max: FOREVER_MS }),
  RESERVATION_QUOTA: count(20),
  LEASE_QUOTA: count(10_000),
  QUOTA_CACHE_TTL_MS: milliseconds(10_000),
  RESERVE_LIMIT: count(60),
  RESERVE_LIMIT_WINDOW_MS: milliseconds(60_000),
  IDEMPOTENCY_TTL_MS: milliseconds(86_400_000),
  IDEMPOTENCY_CACHE_TTL_MS: milliseconds(600_000),
  VALIDATION_MAX_AGE_MS: milliseconds(60_000),
  VALIDATION_REFRESH_MS: milliseconds(30_000),
  CACHE_RATIO_WINDOW_MS: milliseconds(5000, { min: 10 }),
  DUE_NUDGE_MS: milliseconds(250),
  GAUGE_CACHE_MS: milliseconds(1000, { min: 0 }),
  GAUGE_TIMEOUT_MS: milliseconds(500),
  SENDER_ID_REGISTRY_ADDRESS: z
    .string()
    .regex(/^[\w.-]+:\d+$/, 'must be host:port, like sender-id-registry:9090')
    .optional(),
  ALPHA_VERIFY_TIMEOUT_MS: milliseconds(1500),
  ALPHA_RECONNECT_MIN_MS: milliseconds(250),
  ALPHA_RECONNECT_MAX_MS: milliseconds(5000),
  ALPHA_PROBE_MS: milliseconds(1000),
  FRAUD_INTEL_URL: url(['http'], 'http://fraud-intel:8086').optional(),
  FRAUD_SIGNAL_TIMEOUT_MS: milliseconds(2000),
  FRAUD_SIGNAL_AGAIN_MS: milliseconds(5000),
  BROWSE_LIMIT_MAX: count(200),
  SHUTDOWN_GRACE_MS: milliseconds(8000),
};

/** @throws ConfigurationError */
export function serviceConfig(env: NodeJS.ProcessEnv) {
  return readConfig(shape, env);
}

export type ServiceConfig = ReturnType<typeof serviceConfig>;
