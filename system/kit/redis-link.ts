/**
 * Redis as a helper that may be away: every command has a short time-out, and a breaker that opens after a few consecutive failures. Only a
 * background PING closes it again, never a user's request, so a dead or silent Redis costs a request at most one time-out and then nothing.
 */
import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll, type CircuitBreakerPolicy } from 'cockatiel';
import type { Redis } from 'ioredis';
import type { Logger } from './logging.ts';
import { RedisTimeout, createRedisClient, within, type RedisOptions } from './redis.ts';

/** Redis cannot be used now. */
export class RedisAway extends Error {
  override readonly name = 'RedisAway';
}

export class RedisLink {
  readonly #options: RedisOptions;
  readonly #log: Logger;
  readonly #client: Redis;
  readonly #breaker: CircuitBreakerPolicy;
  readonly #onConnectionError: () => void;
  #probe: NodeJS.Timeout | undefined;
  #awayUntil = Number.NEGATIVE_INFINITY;
  #connectedAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  /** @param onConnectionError called for each failed connection attempt, lost connection, failed probe and failed command; for one that is only late when the breaker opens */
  constructor(options: RedisOptions, name: string, log: Logger, onConnectionError: () => void) {
    this.#options = options;
    this.#log = log;
    this.#onConnectionError = onConnectionError;
    this.#client = createRedisClient(options, name);
    this.#client.on('error', (error: Error) => {
      this.#onConnectionError();
      log.warn({ err: error.message, code: (error as { code?: string }).code }, 'Redis connection error');
    });
    this.#client.on('connect', () => {
      this.#connectedAt = performance.now();
    });
    this.#breaker = circuitBreaker(handleAll, {
      halfOpenAfter: 0, // when to try is decided by the probe
      breaker: new ConsecutiveBreaker(options.REDIS_BREAKER_FAILURES),
    });
    this.#breaker.onBreak(() => {
      log.warn('Redis is away: breaker opened');
      this.#scheduleProbe(0);
    });
    this.#breaker.onReset(() => {
      this.#awayUntil = performance.now();
      log.info('Redis is back: breaker closed');
    });
  }

  /** Waits for the connection, but not longer than REDIS_START_WAIT_MS: services start without Redis. */
  async start(): Promise<void> {
    try {
      await within(this.#options.REDIS_START_WAIT_MS, this.#client.connect());
    } catch (error) {
      this.#log.warn({ err: (error as Error).message }, 'starting without Redis');
    }
  }

  /** False while the breaker is open. */
  get usable(): boolean {
    return this.#breaker.state === CircuitState.Closed;
  }

  /** True when Redis is usable and has been for `ms`: what it holds was kept up to date for so long. */
  usableFor(ms: number): boolean {
    return this.usable && performance.now() - this.#awayUntil >= ms;
  }

  /**
   * Runs one command or pipeline with the time-out.
   * @throws RedisAway at once while the breaker is open, and when the command fails
   */
  async run<T>(command: (redis: Redis) => Promise<T>): Promise<T> {
    if (!this.usable) throw new RedisAway('Redis is away');
    try {
      return await this.#breaker.execute(() => within(this.#options.REDIS_COMMAND_TIMEOUT_MS, command(this.#client)));
    } catch (error) {
      // One answer that is late says nothing of the connection; several in a row have opened the breaker.
      if (!(error instanceof RedisTimeout) || !this.usable) this.#onConnectionError();
      throw new RedisAway((error as Error).message, { cause: error });
    }
  }

  /** Like `run`, for work that is good to have: gives undefined when Redis is away. */
  async attempt<T>(command: (redis: Redis) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.run(command);
    } catch (error) {
      if (error instanceof RedisAway) return undefined;
      throw error;
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#probe);
    this.#client.disconnect();
  }

  /** There is a connection, and if it has just been made it has had the time that one takes: also its first words may go unanswered. */
  get #silent(): boolean {
    const { status } = this.#client;
    if (status === 'ready') return true;
    return status === 'connect' && performance.now() - this.#connectedAt >= this.#options.REDIS_CONNECT_TIMEOUT_MS;
  }

  #scheduleProbe(delayMs: number): void {
    if (this.#closed) return;
    clearTimeout(this.#probe);
    this.#probe = setTimeout(() => void this.#ping(), delayMs);
  }

  /** Closes the breaker if Redis answers as fast as a command must. */
  async #ping(): Promise<void> {
    const start = performance.now();
    let answered = false;
    try {
      await this.#breaker.execute(async () => {
        await within(this.#options.REDIS_PROBE_TIMEOUT_MS, this.#client.ping());
        answered = true;
        const tookMs = performance.now() - start;
        if (tookMs > this.#options.REDIS_COMMAND_TIMEOUT_MS) throw new RedisAway(`PING took ${Math.round(tookMs)} ms`);
      });
    } catch {
      this.#onConnectionError();
      // A connection that is open but silent never recovers by itself in useful time: replace it.
      if (!answered && this.#silent && !this.#closed) this.#client.disconnect(true);
      this.#scheduleProbe(this.#options.REDIS_PROBE_MS);
    }
  }
}

/** The results of a MULTI, or an error when one of its commands failed. */
export function transactionResults(results: [error: Error | null, result: unknown][] | null): unknown[] {
  if (results === null) throw new Error('the transaction was aborted');
  return results.map(([error, result]) => {
    if (error !== null) throw error;
    return result;
  });
}
