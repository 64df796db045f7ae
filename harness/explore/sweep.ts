import type { ExplorationModel, Topology } from '../../contract/index.ts';
import { randomStream } from '../run/random.ts';
import { nameOf, siegesOf } from './sieges.ts';
import type { Siege } from './sieges.ts';
import { weighted } from './weighted.ts';

/** The fault of a siege, once: with the n-th message of its link, from the command on. */
export interface Strike {
  readonly siege: Siege;
  readonly nth: number;
}

/** What one run of a sweep is: strikes at one kind of command, one after another. */
export interface Assault {
  readonly topology: Topology;
  readonly strikes: readonly Strike[];
}

export interface SweepOptions {
  readonly seed: number;
  /** Kinds of fault that there may be. Absent: all. */
  readonly kinds: readonly string[] | undefined;
  /** What a strike weighs beside its fault and its topology; 0: it is left out. */
  readonly weigh?: (strike: Strike) => number;
}

/** So many strikes a run has at most, each at a command of its own. */
export const STRIKES_MAX = 12;
/** The steps of a change that are looked at: a change of an identifier is some ten statements. */
const MESSAGES_MAX = 12;

/** A strike that is still to come, and where it can. */
interface Open extends Strike {
  readonly lot: number;
  readonly places: readonly { readonly topology: Topology; readonly siege: Siege }[];
}

export const strikeName = ({ siege, nth }: Strike): string =>
  siege.link === undefined ? nameOf(siege) : `${nameOf(siege)}, message ${nth}`;

/** Strikes of one assault are at the same kind of command, and in the same way. */
const aimOf = ({ siege: { command, due } }: Strike): string => `${command} ${due}`;

/**
 * Every strike of every topology, once before any comes again. In which order is the seed's; what weighs more comes sooner. The next one in order
 * takes those along that are at the same command and can be where it is. What several topologies have in common is swept in one of
 * them, drawn by their weights.
 */
export class Sweep {
  readonly #all: readonly Open[];
  readonly #seed: number;
  readonly #assaults: Assault[] = [];
  /** Of this round, by command and each in order. */
  #open = new Map<string, Open[]>();

  constructor(model: ExplorationModel, { seed, kinds, weigh = () => 1 }: SweepOptions) {
    this.#seed = seed;
    const sieges = model.topologies.flatMap((topology) =>
      siegesOf(model, topology, kinds).map((siege) => ({ topology, siege })),
    );
    // A shuffle by weights: Efraimidis and Spirakis, Weighted random sampling with a reservoir (2006).
    this.#all = [...Map.groupBy(sieges, ({ siege }) => nameOf(siege)).values()]
      .flatMap((places) => {
        const often = Math.max(...places.map(({ topology, siege }) => (siege.fault.weight ?? 1) * topology.weight));
        return places.slice(0, 1).flatMap(({ siege }) =>
          Array.from({ length: siege.link === undefined ? 1 : MESSAGES_MAX }, (_, n): Open => {
            const strike = { siege, nth: n + 1 };
            const weight = often * weigh(strike);
            return {
              ...strike,
              places,
              lot: weight > 0 ? -Math.log(this.#lot(strikeName(strike))) / weight : Infinity,
            };
          }),
        );
      })
      .filter(({ lot }) => lot < Infinity)
      .toSorted((a, b) => a.lot - b.lot);
  }

  /** How many strikes there are. */
  get length(): number {
    return this.#all.length;
  }

  /** The n-th of an exploration; undefined: there is none at all. */
  at(n: number): Assault | undefined {
    if (this.length === 0) return undefined;
    while (this.#assaults.length <= n) this.#assaults.push(this.#next());
    return this.#assaults[n];
  }

  #next(): Assault {
    if (this.#open.size === 0) this.#open = Map.groupBy(this.#all, aimOf);
    const heads = [...this.#open.values()].flatMap((open) => open.slice(0, 1));
    const first = heads.reduce((best, each) => (each.lot < best.lot ? each : best));
    const possible = weighted(first.places, ({ topology }) => topology.weight);
    const draw = this.#lot(`topology ${this.#assaults.length}`);
    const { topology } = possible[Math.floor(draw * possible.length)] as Open['places'][number];
    const open = this.#open.get(aimOf(first)) ?? [];
    const taken = open
      .flatMap((each) => {
        const place = each.places.find((at) => at.topology === topology);
        return place === undefined ? [] : [{ each, strike: { siege: place.siege, nth: each.nth } }];
      })
      .slice(0, STRIKES_MAX);
    const left = open.filter((each) => taken.every((other) => other.each !== each));
    const strikes = taken.map(({ strike }) => strike);
    if (left.length > 0) this.#open.set(aimOf(first), left);
    else this.#open.delete(aimOf(first));
    return { topology, strikes };
  }

  /** From 0 to below 1, by the seed. */
  #lot(of: string): number {
    return randomStream(this.#seed, of)();
  }
}
