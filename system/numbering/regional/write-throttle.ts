/** While the regions are far apart only the primary's writes: what a caller here sees may be long over. */
import { Gauge, type Registry } from 'prom-client';
import type { Safeguard, Safeguards } from '../../kit/safeguards.ts';
import { problem } from '../domain/problems.ts';
import type { Replica } from './replica.ts';

export const WRITE_THROTTLE: Safeguard = {
  name: 'write-throttle',
  protects: 'while replication between the regions lags only the region of the primary writes',
};

export interface WriteThrottleOptions {
  readonly THROTTLE_AFTER_MS: number;
  readonly THROTTLE_RETRY_MS: number;
}

export class WriteThrottle {
  readonly #replica: Replica | undefined;
  readonly #primaryAnswers: () => boolean;
  readonly #safeguards: Safeguards;
  readonly #options: WriteThrottleOptions;

  /**
   * @param replica of this region, which is not the primary's; undefined: writes are never refused here
   * @param primaryAnswers while it does not, a standby has nothing to catch up with
   */
  constructor(
    replica: Replica | undefined,
    primaryAnswers: () => boolean,
    safeguards: Safeguards,
    options: WriteThrottleOptions,
    registry: Registry,
  ) {
    this.#replica = replica;
    this.#primaryAnswers = primaryAnswers;
    this.#safeguards = safeguards;
    this.#options = options;
    if (replica === undefined) return;
    const closed = (): number => (this.closed ? 1 : 0);
    registry.registerMetric(
      new Gauge({
        name: 'numbering_region_writes_throttled',
        help: '1 while this region refuses writes because the other is far ahead',
        registers: [],
        collect: function collect(this: Gauge): void {
          this.set(closed());
        },
      }),
    );
  }

  get closed(): boolean {
    if (this.#replica === undefined || !this.#safeguards.on(WRITE_THROTTLE)) return false;
    return this.#primaryAnswers() && this.#replica.behindForMs > this.#options.THROTTLE_AFTER_MS;
  }

  /** @throws Problem CONFLICT */
  admit(): void {
    if (!this.closed) return;
    throw problem(
      'CONFLICT',
      'This region is behind the other and takes no writes: what it shows may have changed. Write in the other region.',
      { retryAfterMs: this.#options.THROTTLE_RETRY_MS },
    );
  }
}
