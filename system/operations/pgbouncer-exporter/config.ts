/** Configuration of the exporter. README.md explains each variable. */
import { z } from 'zod';
import { milliseconds, port, readConfig, url } from '../../kit/config.ts';

const shape = {
  PGBOUNCER_URL: url(['postgres', 'postgresql'], 'postgres://postgres@pgbouncer:6432/pgbouncer'),
  HTTP_HOST: z.string().default('0.0.0.0'),
  HTTP_PORT: port(9127),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  POLL_MS: milliseconds(500),
  CONSOLE_TIMEOUT_MS: milliseconds(1000),
  SHUTDOWN_GRACE_MS: milliseconds(8000),
};

/** @throws ConfigurationError */
export function exporterConfig(env: NodeJS.ProcessEnv) {
  return readConfig(shape, env);
}

export type ExporterConfig = ReturnType<typeof exporterConfig>;
