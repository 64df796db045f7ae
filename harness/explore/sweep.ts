import { createHash } from 'node:crypto';
import type { ExplorationModel, Topology } from '../../contract/index.ts';
import { nameOf, siegesOf } from './sieges.ts';
import type { Siege } from './sieges.ts';

/** A siege, and where it is laid. */
export interface Besieged {
  readonly topology: Topology;
  readonly siege: Siege;
  /** How often it has been laid before. */
  readonly round: number;
}

/**
 * Every siege of every topology, one after another: none is laid again before all have been. In which order is the seed's; those of faults that weigh
 * more come sooner. What several topologies have in common is swept in one of them, drawn by their weights.
 */
export class Sweep {
  readonly #places: readonly (readonly Omit<Besieged, 'round'>[])[];
  readonly #seed: number;

  /**
   * @param kinds of fault that there may be. Absent: all
   * @param wanted which sieges. Absent: all
   */
  constructor(
    model: ExplorationModel,
    seed: number,
    kinds: readonly string[] | undefined,
    wanted: (siege: Siege) => boolean = () => true,
  ) {
    this.#seed = seed;
    const all = model.topologies.flatMap((topology) =>
      siegesOf(model, topology, kinds)
        .filter(wanted)
        .map((siege) => ({ topology, siege })),
    );
    const alike = Map.groupBy(all, ({ siege }) => nameOf(siege));
    // As lots of fast ones and slow ones: the n-th of a kind comes when n over its weight has passed.
    const kindsOf = Map.groupBy(alike.entries(), ([, [first]]) => `${first?.siege.fault.kind}`);
    this.#places = [...kindsOf.values()]
      .flatMap((kind) =>
        kind
          .toSorted(([a], [b]) => this.#lot(a) - this.#lot(b))
          .map(([, places], n) => ({
            places,
            due: (n + 1) / Math.max(...places.map(({ siege }) => siege.fault.weight ?? 1)),
          })),
      )
      .toSorted((a, b) => a.due - b.due)
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
    const places = (this.#places[n % this.length] ?? []).flatMap((place) =>
      Array.from({ length: place.topology.weight }, () => place),
    );
    const place = places[Math.floor(this.#lot(`topology ${n}`) * places.length)];
    return place === undefined ? undefined : { ...place, round };
  }

  /** From 0 to 1, by the seed. */
  #lot(of: string): number {
    return createHash('sha256').update(`${this.#seed}\0${of}`).digest().readUInt32BE() / 2 ** 32;
  }
}
