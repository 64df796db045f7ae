import type { ExplorationModel } from '../../contract/index.ts';
import { topologyOf } from './draw.ts';

/** Runs of a round: so many for each topology. */
const EACH = 2;
/** Runs of topologies in which the changed code is carried out, for one by the weights of all. */
const OFTENER = 3;

interface Outcome {
  readonly topology: string;
  readonly touched: boolean;
}

/**
 * Deals topologies to the runs of a search for a planted bug. Where the changed code is carried out is seen in each run, and from the next round
 * on such topologies come oftener: most jobs load all code and carry out a part. Depends on the seed and on earlier rounds alone, whatever runs at the same time.
 */
export class Dealer {
  readonly #model: ExplorationModel;
  readonly #seed: number;
  readonly #dealt: PromiseWithResolvers<Outcome>[] = [];

  constructor(model: ExplorationModel, seed: number) {
    this.#model = model;
    this.#seed = seed;
  }

  /** The topology of the n-th run; waits for the rounds before it. Runs are asked for in order. */
  async deal(run: number): Promise<string> {
    this.#dealt[run] = Promise.withResolvers();
    const { topologies } = this.#model;
    const round = Math.floor(run / (EACH * topologies.length));
    if (round === 0) return topologyOf(this.#model, this.#seed, run % topologies.length);
    const before = await Promise.all(
      this.#dealt.slice(0, round * EACH * topologies.length).map(({ promise }) => promise),
    );
    const touched = topologies.map(({ name, weight }) => {
      const own = before.filter(({ topology }) => topology === name);
      return (weight * own.filter((each) => each.touched).length) / Math.max(1, own.length);
    });
    const scale = (OFTENER * sum(topologies.map(({ weight }) => weight))) / Math.max(1, sum(touched));
    const weighed = topologies.map((topology, i) => ({
      ...topology,
      weight: topology.weight + Math.round(scale * (touched[i] ?? 0)),
    }));
    return topologyOf({ ...this.#model, topologies: weighed }, this.#seed, topologies.length + run);
  }

  /** What a run that was dealt its topology came to. Each must be told: the next rounds wait for it. */
  done(run: number, outcome: Outcome): void {
    this.#dealt[run]?.resolve(outcome);
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
