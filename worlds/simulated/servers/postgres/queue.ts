import type { ServerCost } from '../../network/profile.ts';

/** What a piece of work did. */
export interface Work {
  readonly rows: number;
  readonly bytes: number;
  readonly commits: boolean;
}

/** A server as a queue with k places and deterministic costs (contract.md, Virtual cost of work). */
export class CostQueue {
  readonly #cost: ServerCost;
  readonly #freeAt: number[];

  constructor(cost: ServerCost) {
    this.#cost = cost;
    this.#freeAt = Array.from({ length: cost.slots }, () => 0);
  }

  /** Takes the place that is free first. Returns the instant at which the work is done, ms. */
  done(now: number, work: Work): number {
    const { baseMs, perRowMs, perKilobyteMs, commitMs } = this.#cost;
    const cost = baseMs + work.rows * perRowMs + (work.bytes / 1024) * perKilobyteMs + (work.commits ? commitMs : 0);
    let place = 0;
    for (let index = 1; index < this.#freeAt.length; index += 1) {
      if ((this.#freeAt[index] as number) < (this.#freeAt[place] as number)) place = index;
    }
    const finish = Math.max(now, this.#freeAt[place] as number) + cost;
    this.#freeAt[place] = finish;
    return finish;
  }
}
