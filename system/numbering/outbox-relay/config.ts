/** Configuration of outbox-relay. README.md explains each variable. */
import { z } from 'zod';
import { count, milliseconds, names, port, readConfig } from '../../kit/config.ts';
import { natsConfig } from '../../kit/nats.ts';
import { postgresConfig } from '../../kit/postgres.ts';

const shape = {
  HTTP_HOST: z.string().default('0.0.0.0'),
  HTTP_PORT: port(8082),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  SAFEGUARDS_OFF: names(),
  ...postgresConfig,
  ...natsConfig,
  RELAY_POLL_MS: milliseconds(5000),
  RELAY_BATCH: count(500),
  RELAY_BACKOFF_MIN_MS: milliseconds(250),
  RELAY_BACKOFF_MAX_MS: milliseconds(5000),
  RELAY_STALLED_MS: milliseconds(30_000),
  SHUTDOWN_GRACE_MS: milliseconds(8000),
};

/** @throws ConfigurationError */
export function relayConfig(env: NodeJS.ProcessEnv) {
  return readConfig(shape, env);
}

export type RelayConfig = ReturnType<typeof relayConfig>;
