/** Configuration of sms-orchestrator. README.md explains each variable. */
import { z } from 'zod';
import { count, milliseconds, names, port, readConfig } from '../../kit/config.ts';
import { natsConfig } from '../../kit/nats.ts';

const shape = {
  HTTP_HOST: z.string().default('0.0.0.0'),
  HTTP_PORT: port(8083),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  SAFEGUARDS_OFF: names(),
  ...natsConfig,
  NUMBERING_ADDRESSES: names().refine(
    (list) => list.length > 0 && list.every((address) => /^[\w.-]+:\d+$/.test(address)),
    'must be host:port of each instance, separated by commas, like numbering-service-1:9090,numbering-service-2:9090',
  ),
  VALIDATE_TIMEOUT_MS: milliseconds(2500),
  HOLD_MS: milliseconds(600_000),
  HOLD_RETRY_MS: milliseconds(5000),
  HOLD_RETRY_MAX_MS: milliseconds(60_000),
  MESSAGES_AT_A_TIME: count(16),
  SHUTDOWN_GRACE_MS: milliseconds(8000),
};

/** @throws ConfigurationError */
export function orchestratorConfig(env: NodeJS.ProcessEnv) {
  return readConfig(shape, env);
}

export type OrchestratorConfig = ReturnType<typeof orchestratorConfig>;
