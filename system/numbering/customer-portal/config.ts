/** Configuration of customer-portal. README.md explains each variable. */
import { z } from 'zod';
import { count, milliseconds, names, port, readConfig, url } from '../../kit/config.ts';

const shape = {
  HTTP_HOST: z.string().default('0.0.0.0'),
  HTTP_PORT: port(8082),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  SAFEGUARDS_OFF: names(),
  NUMBERING_URLS: z
    .string({
      error:
        'is missing; set it to the instances, like http://numbering-service-1:8080,http://numbering-service-2:8080',
    })
    .transform((list) => list.split(',').map((entry) => entry.trim()))
    .refine(
      (list) => list.every((entry) => URL.canParse(entry) && entry.startsWith('http')),
      'must be URLs separated by commas, like http://numbering-service-1:8080',
    ),
  SMS_ORCHESTRATOR_URL: url(['http', 'https'], 'http://sms-orchestrator:8083').optional(),
  UPSTREAM_TIMEOUT_MS: milliseconds(7000),
  POOL_VIEW_MS: milliseconds(30_000),
  POOL_VIEW_SIZE: count(50, { max: 200 }),
  SHUTDOWN_GRACE_MS: milliseconds(8000),
};

/** @throws ConfigurationError */
export function portalConfig(env: NodeJS.ProcessEnv) {
  return readConfig(shape, env);
}
