import type { ExplorationModel } from '../../contract/index.ts';
import type { DrawOptions } from './draw.ts';
import { topologyOf } from './draw.ts';
import { Sweep } from './sweep.ts';

/** What a run is dealt. */
export interface Hand extends Pick<DrawOptions, 'siege' | 'favoured'> {
  readonly topology: string;
  /** All commands in turn, without a fault. */
  readonly inTurn?: true;
}

/** Deals each run what it is to be, in the order of the runs. */
export interface Deals {
  deal(run: number): Promise<Hand>;
  /** Sieges that it deals before it deals one again. */
  readonly sieges: number;
}

/** Every other run is of the sweep, the others are drawn. Depends on seed and number alone. */
export class Dealer implements Deals {
  readonly #model: ExplorationModel;
  readonly #seed: number;
  readonly #sweep: Sweep;

  /** @param faults kinds that there may be. Absent: all */
  constructor(model: ExplorationModel, seed: number, faults: readonly string[] | undefined) {
    this.#model = model;
    this.#seed = seed;
    this.#sweep = new Sweep(model, { seed, kinds: faults });
  }

  get sieges(): number {
    return this.#sweep.length;
  }

  async deal(run: number): Promise<Hand> {
    const nth = Math.floor(run / 2);
    const besieged = run % 2 === 1 ? this.#sweep.at(nth) : undefined;
    if (besieged === undefined) return { topology: topologyOf(this.#model, this.#seed, nth) };
    const { topology, siege, round } = besieged;
    return { topology: topology.name, siege: { siege, round } };
  }
}
