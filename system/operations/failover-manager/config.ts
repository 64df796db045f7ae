/** Configuration of the failover manager. README.md explains each variable. */
import { z } from 'zod';
import { milliseconds, names, port, readConfig, url } from '../../kit/config.ts';
import { namedUrls } from '../../kit/primary.ts';

/** `region=url, region=url`, a region named once for each of its probes. */
const regionProbes = z
  .string()
  .default('')
  .transform((text): ReadonlyMap<string, readonly string[]> => {
    const found = new Map<string, string[]>();
    for (const part of text.split(',').map((item) => item.trim())) {
      const at = part.indexOf('=');
      if (at < 1) continue;
      const region = part.slice(0, at);
      found.set(region, [...(found.get(region) ?? []), part.slice(at + 1)]);
    }
    return found;
  });

const shape = {
  SERVERS: namedUrls().pipe(z.map(z.string(), z.string()).refine(({ size }) => size > 0, 'must name the servers')),
  SYNCHRONOUS_STANDBY: z.string().optional(),
  TASK_RUNTIME_URL: url(['http'], 'http://task-runtime:7000'),
  REGION_PROBES: regionProbes,
  HTTP_HOST: z.string().default('0.0.0.0'),
  HTTP_PORT: port(8095),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  SAFEGUARDS_OFF: names(),
  PROMOTION: z.enum(['automatic', 'manual']).default('automatic'),
  POLL_MS: milliseconds(1000),
  PROBE_TIMEOUT_MS: milliseconds(900),
  DOWN_AFTER_MS: milliseconds(8000),
  LEASE_MS: milliseconds(5000),
  STANDBY_GONE_MS: milliseconds(10_000),
  RUNTIME_TIMEOUT_MS: milliseconds(60_000),
  SHUTDOWN_GRACE_MS: milliseconds(8000),
};

/** @throws ConfigurationError */
export function failoverConfig(env: NodeJS.ProcessEnv) {
  return readConfig(shape, env);
}

export type FailoverConfig = ReturnType<typeof failoverConfig>;
