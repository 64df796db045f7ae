import type { ExplorationModel } from '../../contract/index.ts';
import { topologyOf } from './draw.ts';

/** Runs of a round: so many for each topology. */
const EACH = 1;
/** Runs of topologies in which the changed code is carried out, for one by the weights of all. */
const OFTENER = 3;

interface Outcome {
  readonly topology: string;
  /** Absent: nobody has looked. */
  readonly touched?: boolean;
}

/** What a run is dealt. */
interface Hand {
  readonly topology: string;
  /** It is seen whether the changed code is carried out. That takes V8's optimizer away, and with it half of the speed. */
  readonly watched: boolean;
}

/**
 * Deals topologies to the runs of a search for a planted bug. Where the changed code is carried out is seen in the first round, and in those after it
 * until it was; from then on such topologies come oftener: most jobs load all code and carry out a part. Depends on the seed and on earlier rounds alone,
 * whatever runs at the same time.
 */
export class Dealer {
  readonly #model: ExplorationModel;
  readonly #seed: number;
  readonly #dealt: PromiseWithResolvers<Outcome>[] = [];

  constructor(model: ExplorationModel, seed: number) {
    this.#model = model;
    this.#seed = seed;
  }

  /** For the n-th run; waits for the rounds before it. Runs are asked for in order. */
  async deal(run: number): Promise<Hand> {
    this.#dealt[run] = Promise.withResolvers();
    const { topologies } = this.#model;
    const round = Math.floor(run / (EACH * topologies.length));
    if (round === 0) return { topology: topologyOf(this.#model, this.#seed, run % topologies.length), watched: true };
    const before = await Promise.all(
      this.#dealt.slice(0, round * EACH * topologies.length).map(({ promise }) => promise),
    );
    const touched = topologies.map(({ name, weight }) => {
      const own = before.filter((each) => each.topology === name && each.touched !== undefined);
      return (weight * own.filter((each) => each.touched === true).length) / Math.max(1, own.length);
    });
    const scale = (OFTENER * sum(topologies.map(({ weight }) => weight))) / Math.max(1, sum(touched));
    const weighed = topologies.map((topology, i) => ({
      ...topology,
      weight: topology.weight + Math.round(scale * (touched[i] ?? 0)),
    }));
    return {
      topology: topologyOf({ ...this.#model, topologies: weighed }, this.#seed, topologies.length + run),
      watched: sum(touched) === 0,
    };
  }

  /** What a run that was dealt its topology came to. Each must be told: the next rounds wait for it. */
  done(run: number, outcome: Outcome): void {
    this.#dealt[run]?.resolve(outcome);
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
