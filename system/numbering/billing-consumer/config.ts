/** Configuration of billing-consumer. README.md explains each variable. */
import { z } from 'zod';
import { milliseconds, names, port, readConfig } from '../../kit/config.ts';
import { natsConfig } from '../../kit/nats.ts';
import { postgresConfig } from '../../kit/postgres.ts';

const shape = {
  HTTP_HOST: z.string().default('0.0.0.0'),
  HTTP_PORT: port(8083),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  SAFEGUARDS_OFF: names(),
  ...postgresConfig,
  ...natsConfig,
  SHUTDOWN_GRACE_MS: milliseconds(8000),
};

/** @throws ConfigurationError */
export function billingConfig(env: NodeJS.ProcessEnv) {
  return readConfig(shape, env);
}
