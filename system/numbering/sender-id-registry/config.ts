/** Configuration of sender-id-registry. README.md explains each variable. */
import { z } from 'zod';
import { milliseconds, names, port, readConfig } from '../../kit/config.ts';
import { natsConfig } from '../../kit/nats.ts';
import { postgresConfig } from '../../kit/postgres.ts';

const shape = {
  HTTP_HOST: z.string().default('0.0.0.0'),
  HTTP_PORT: port(8084),
  GRPC_PORT: port(9094),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  SAFEGUARDS_OFF: names(),
  ...postgresConfig,
  ...natsConfig,
  // Empty: it verifies, and keeps no inventory.
  NATS_URLS: names(),
  SHUTDOWN_GRACE_MS: milliseconds(8000),
};

/** @throws ConfigurationError */
export function registryConfig(env: NodeJS.ProcessEnv) {
  return readConfig(shape, env);
}
