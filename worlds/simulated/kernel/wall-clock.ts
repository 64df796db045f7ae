/** The wall clock of one component: the run's epoch and time, plus what faults did to it. Monotonic time is untouched. */
export class WallClock {
  readonly #epoch: number;
  readonly #now: () => number;
  #offset = 0;
  #rate = 0;
  #driftFrom = 0;

  /** @param epoch ms since 1970 at virtual 0; @param now virtual ms. */
  constructor(epoch: number, now: () => number) {
    this.#epoch = epoch;
    this.#now = now;
  }

  /** ms since 1970, fractional. */
  read(): number {
    return this.#epoch + this.#now() + this.skew();
  }

  /** How far it is from the true time, ms. */
  skew(): number {
    return this.#offset + (this.#now() - this.#driftFrom) * this.#rate;
  }

  /** Steps the clock by `ms`. */
  jump(ms: number): void {
    this.#offset += ms;
  }

  /** From now on gains `rate` ms a ms (0.001 = 1 ms a second); 0 stops the drift and keeps what it gained. */
  drift(rate: number): void {
    this.#offset = this.skew();
    this.#driftFrom = this.#now();
    this.#rate = rate;
  }

  /** Steps back to the true time. */
  reset(): void {
    this.#offset = 0;
    this.#rate = 0;
  }
}
