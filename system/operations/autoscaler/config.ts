/** Configuration of the autoscaler. README.md explains each variable. */
import { z } from 'zod';
import { count, milliseconds, names, port, readConfig, url } from '../../kit/config.ts';

const shape = {
  TASK_RUNTIME_URL: url(['http'], 'http://task-runtime:9000'),
  METRICS_URL: url(['http'], 'http://pgbouncer-exporter:9127/metrics'),
  TASKS: names().refine((list) => list.length > 0, 'must name the tasks to start, the first first'),
  HTTP_HOST: z.string().default('0.0.0.0'),
  HTTP_PORT: port(8091),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  POLL_MS: milliseconds(2000),
  LOOKS: count(3),
  WAITED_MS: milliseconds(50),
  RUNTIME_TIMEOUT_MS: milliseconds(15_000),
  SHUTDOWN_GRACE_MS: milliseconds(8000),
};

/** @throws ConfigurationError */
export function autoscalerConfig(env: NodeJS.ProcessEnv) {
  return readConfig(shape, env);
}

export type AutoscalerConfig = ReturnType<typeof autoscalerConfig>;
