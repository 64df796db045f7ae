/** Configuration of compliance-engine. README.md explains each variable. */
import { z } from 'zod';
import { count, milliseconds, names, port, readConfig } from '../../kit/config.ts';
import { natsConfig } from '../../kit/nats.ts';
import { postgresConfig } from '../../kit/postgres.ts';

const shape = {
  HTTP_HOST: z.string().default('0.0.0.0'),
  HTTP_PORT: port(8085),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  SAFEGUARDS_OFF: names(),
  ...postgresConfig,
  ...natsConfig,
  SUSPEND_SCORE: count(90, { max: 100 }),
  PUBLISH_AGAIN_MS: milliseconds(1000),
  SHUTDOWN_GRACE_MS: milliseconds(8000),
};

/** @throws ConfigurationError */
export function complianceConfig(env: NodeJS.ProcessEnv) {
  return readConfig(shape, env);
}
