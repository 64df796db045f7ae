/** Tells fraud-intel of tenants that ask for more than their rate limit: RESERVATION_BURST, once a window for each tenant. */
import { request } from 'undici';
import type { Logger } from '../../kit/logging.ts';
import type { Safeguard, Safeguards } from '../../kit/safeguards.ts';
import type { ServiceConfig } from './config.ts';
import type { Metrics } from './metrics.ts';

export const BURST_SIGNAL: Safeguard = {
  name: 'burst-signal',
  protects: 'fraud-intel is told of a tenant that goes beyond its rate limit',
};

/** Attempts to tell of one burst. A tenant that goes on is told of again in the next window. */
const ATTEMPTS = 5;

type Config = Pick<
  ServiceConfig,
  'FRAUD_INTEL_URL' | 'FRAUD_SIGNAL_TIMEOUT_MS' | 'FRAUD_SIGNAL_AGAIN_MS' | 'RESERVE_LIMIT_WINDOW_MS'
>;

export class BurstSignals {
  readonly #config: Config;
  readonly #safeguards: Safeguards;
  readonly #metrics: Pick<Metrics, 'burstSignal'>;
  readonly #log: Logger;
  /** When the tenant was last told of. */
  readonly #told = new Map<string, number>();
  #closed = false;

  constructor(config: Config, safeguards: Safeguards, metrics: Pick<Metrics, 'burstSignal'>, log: Logger) {
    this.#config = config;
    this.#safeguards = safeguards;
    this.#metrics = metrics;
    this.#log = log;
  }

  /** A call of the tenant was refused. Returns at once: nobody waits for fraud-intel. */
  refused(tenantId: string, callsInWindow: number): void {
    const { FRAUD_INTEL_URL: url, RESERVE_LIMIT_WINDOW_MS: windowMs } = this.#config;
    if (url === undefined || !this.#safeguards.on(BURST_SIGNAL)) return;
    const now = performance.now();
    const last = this.#told.get(tenantId);
    if (last !== undefined && now - last < windowMs) return;
    for (const [tenant, at] of this.#told) if (now - at >= windowMs) this.#told.delete(tenant);
    this.#told.set(tenantId, now);
    void this.#tell(url, { signal: 'RESERVATION_BURST', tenantId, ratePerMinute: (callsInWindow * 60_000) / windowMs });
  }

  close(): void {
    this.#closed = true;
  }

  async #tell(url: string, signal: object): Promise<void> {
    const { FRAUD_SIGNAL_TIMEOUT_MS, FRAUD_SIGNAL_AGAIN_MS } = this.#config;
    const body = JSON.stringify({ ...signal, at: new Date().toISOString() });
    for (let attempt = 1; attempt <= ATTEMPTS && !this.#closed; attempt += 1) {
      try {
        const answer = await request(new URL('/v1/signals', url), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
          signal: AbortSignal.timeout(FRAUD_SIGNAL_TIMEOUT_MS),
        });
        await answer.body.dump();
        if (answer.statusCode >= 300) throw new Error(`fraud-intel answered ${answer.statusCode}`);
        this.#metrics.burstSignal('sent');
        return;
      } catch (error) {
        this.#metrics.burstSignal('failed');
        this.#log.warn({ err: (error as Error).message, attempt }, 'fraud-intel was not told of a burst');
        await new Promise((resolve) => setTimeout(resolve, FRAUD_SIGNAL_AGAIN_MS));
      }
    }
  }
}
