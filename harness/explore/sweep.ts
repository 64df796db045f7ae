import type { ExplorationModel, Topology } from '../../contract/index.ts';
import { randomStream } from '../run/random.ts';
import { nameOf, siegesOf } from './sieges.ts';
import type { Siege } from './sieges.ts';
import { weighted } from './weighted.ts';

/** A siege, and where it is laid. */
export interface Besieged {
  readonly topology: Topology;
  readonly siege: Siege;
  /** How often it has been laid before. */
  readonly round: number;
}

export interface SweepOptions {
  readonly seed: number;
  /** Kinds of fault that there may be. Absent: all. */
  readonly kinds: readonly string[] | undefined;
  /** What a siege weighs beside its fault and its topology; 0: it is left out. */
  readonly weigh?: (siege: Siege) => number;
}

/**
 * Every siege of every topology, one after another: none is laid again before all have been. In which order is the seed's; what weighs more comes
 * sooner. What several topologies have in common is swept in one of them, drawn by their weights.
 */
export class Sweep {
  readonly #places: readonly (readonly Omit<Besieged, 'round'>[])[];
  readonly #seed: number;

  constructor(model: ExplorationModel, { seed, kinds, weigh = () => 1 }: SweepOptions) {
    this.#seed = seed;
    const all = model.topologies.flatMap((topology) =>
      siegesOf(model, topology, kinds)
        .map((siege) => ({ topology, siege, weight: (siege.fault.weight ?? 1) * topology.weight * weigh(siege) }))
        .filter(({ weight }) => weight > 0),
    );
    // A shuffle by weights: Efraimidis and Spirakis, Weighted random sampling with a reservoir (2006).
    this.#places = [...Map.groupBy(all, ({ siege }) => nameOf(siege))]
      .map(([name, places]) => ({
        places,
        lot: -Math.log(this.#lot(name)) / Math.max(...places.map(({ weight }) => weight)),
      }))
      .toSorted((a, b) => a.lot - b.lot)
      .map(({ places }) => places);
  }

  /** How many sieges there are. */
  get length(): number {
    return this.#places.length;
  }

  /** The n-th of an exploration; undefined: there is none at all. */
  at(n: number): Besieged | undefined {
    if (this.length === 0) return undefined;
    const round = Math.floor(n / this.length);
    const places = weighted(this.#places[n % this.length] ?? [], ({ topology }) => topology.weight);
    const place = places[Math.floor(this.#lot(`topology ${n}`) * places.length)];
    return place === undefined ? undefined : { topology: place.topology, siege: place.siege, round };
  }

  /** From 0 to below 1, by the seed. */
  #lot(of: string): number {
    return randomStream(this.#seed, of)();
  }
}
