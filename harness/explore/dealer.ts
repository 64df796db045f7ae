import type { ExplorationModel } from '../../contract/index.ts';
import type { Lurking } from './ambush.ts';
import type { DrawOptions } from './draw.ts';
import { topologyOf } from './draw.ts';
import { Sweep } from './sweep.ts';
import type { TouchedBy } from './touched.ts';

/** What a run is dealt. */
export interface Hand extends Pick<DrawOptions, 'strikes' | 'favoured'> {
  readonly topology: string;
  /** All commands in turn, without a fault. */
  readonly inTurn?: true;
  /** These come when changed code is carried out, and no other faults. */
  readonly lurking?: readonly Lurking[];
}

/** What a run that was dealt its hand came to. */
export interface Outcome {
  readonly topology: string;
  /** Absent: nobody knows. */
  readonly touched?: Readonly<Record<string, TouchedBy>>;
}

/** Deals each run what it is to be, in the order of the runs. */
export interface Deals {
  deal(run: number): Promise<Hand>;
  /** To be told of each run, where it is there: later ones may wait for that. */
  done?(run: number, outcome: Outcome): void;
  /** Strikes that it deals before it deals one again. */
  readonly strikes: number;
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

  get strikes(): number {
    return this.#sweep.length;
  }

  async deal(run: number): Promise<Hand> {
    const nth = Math.floor(run / 2);
    const assault = run % 2 === 1 ? this.#sweep.at(nth) : undefined;
    if (assault === undefined) return { topology: topologyOf(this.#model, this.#seed, nth) };
    return { topology: assault.topology.name, strikes: assault.strikes };
  }
}
