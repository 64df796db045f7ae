/** Environment and clients of Redis. ioredis' own defaults that would hide or double work are all set here. */
import { Redis } from 'ioredis';
import { count, milliseconds, url } from './config.ts';
import { bounded } from './bounded.ts';

/** Environment of a service that uses Redis. `commandTimeoutMs` is the default of REDIS_COMMAND_TIMEOUT_MS. */
export function redisConfig(commandTimeoutMs: number) {
  return {
    REDIS_URL: url(['redis'], 'redis://redis:6379/0'),
    REDIS_COMMAND_TIMEOUT_MS: milliseconds(commandTimeoutMs),
    REDIS_CONNECT_TIMEOUT_MS: milliseconds(1000),
    REDIS_RECONNECT_MIN_MS: milliseconds(50),
    REDIS_RECONNECT_MAX_MS: milliseconds(1000),
    REDIS_BREAKER_FAILURES: count(3),
    REDIS_PROBE_MS: milliseconds(500),
    REDIS_PROBE_TIMEOUT_MS: milliseconds(250),
    REDIS_START_WAIT_MS: milliseconds(2000),
  };
}

export interface RedisOptions {
  readonly REDIS_URL: string;
  readonly REDIS_COMMAND_TIMEOUT_MS: number;
  readonly REDIS_CONNECT_TIMEOUT_MS: number;
  readonly REDIS_RECONNECT_MIN_MS: number;
  readonly REDIS_RECONNECT_MAX_MS: number;
  readonly REDIS_BREAKER_FAILURES: number;
  readonly REDIS_PROBE_MS: number;
  readonly REDIS_PROBE_TIMEOUT_MS: number;
  readonly REDIS_START_WAIT_MS: number;
}

/**
 * A client that fails at once when there is no connection: no offline queue, no retry of a command, nothing sent twice after a reconnect
 * (an INCR must not count twice), and a socket that is destroyed and not waited for when we give it up.
 */
export function createRedisClient(options: RedisOptions, name: string): Redis {
  const { REDIS_RECONNECT_MIN_MS: min, REDIS_RECONNECT_MAX_MS: max } = options;
  return new Redis(options.REDIS_URL, {
    protocol: 3,
    connectionName: name,
    disableClientInfo: true,
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    enableReadyCheck: true,
    connectTimeout: options.REDIS_CONNECT_TIMEOUT_MS,
    disconnectTimeout: 100,
    retryStrategy: (attempt) => Math.min(min * 2 ** Math.min(attempt - 1, 20), max),
  });
}

/** An answer of Redis did not come in time. */
export class RedisTimeout extends Error {
  override readonly name = 'RedisTimeout';
}

/** `promise`, or RedisTimeout after `ms`. A late answer is dropped. */
export function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  return bounded(ms, promise, () => new RedisTimeout(`Redis did not answer within ${ms} ms`));
}
