import type { ExplorationModel } from '../../contract/index.ts';
import type { Deals, Hand, Outcome } from './dealer.ts';
import { topologyOf } from './draw.ts';
import { stemOf } from './replicas.ts';
import type { Siege } from './sieges.ts';
import { Sweep } from './sweep.ts';
import type { TouchedBy } from './touched.ts';

/** Runs that know the same, at least: whoever deals one of them waits for those before. */
const ROUND = 8;
/** Runs of topologies in which the changed code is carried out, for one by the weights of all. */
const OFTENER = 3;
/** So much more a siege weighs that is about the changed code and nobody else's. */
const OWN = 4;
/** A command carries the changed code out when it does so at least half as often as the one that does most often. */
const OFTEN = 0.5;

/** Names of components that have to do with code which was changed. */
export interface Changed {
  /** Who loads it. */
  readonly loadedBy: ReadonlySet<string>;
  /** Those that are no services: what such code leaves half done is theirs. */
  readonly stores: ReadonlySet<string>;
}

/** What was seen of changed code. */
interface Evidence {
  /** By topology, the share of its runs that carried it out. */
  readonly topologies: ReadonlyMap<string, number>;
  /** Commands by which it is carried out. Empty: by any. */
  readonly commands: readonly string[];
}

/**
 * Deals the runs of a search for a bug in code that was changed. The first runs do all commands in turn, in each topology, and show by which
 * of them that code is carried out. From then on topologies and commands by which it is come oftener, and every other run is of the sieges of who loads
 * it, at those commands. Depends on the seed and on earlier rounds alone, whatever runs at the same time.
 */
export class DirectedDealer implements Deals {
  readonly #model: ExplorationModel;
  readonly #seed: number;
  readonly #faults: readonly string[] | undefined;
  readonly #changed: Changed;
  readonly #dealt: PromiseWithResolvers<Outcome>[] = [];
  readonly #sweeps = new Map<string, Sweep>();
  #latest: Sweep | undefined;

  constructor(model: ExplorationModel, seed: number, faults: readonly string[] | undefined, changed: Changed) {
    this.#model = model;
    this.#seed = seed;
    this.#faults = faults;
    this.#changed = changed;
  }

  /** Those of the latest round; 0 in the first. */
  get sieges(): number {
    return this.#latest?.length ?? 0;
  }

  /** Waits for the rounds before the run's. */
  async deal(run: number): Promise<Hand> {
    this.#dealt[run] = Promise.withResolvers();
    const { topologies } = this.#model;
    const after = run - topologies.length;
    if (after < 0) return { topology: topologyOf(this.#model, this.#seed, run), inTurn: true };
    const round = Math.max(ROUND, topologies.length);
    const before = this.#dealt.slice(0, run - (after % round));
    const seen = this.#evidence(await Promise.all(before.map(({ promise }) => promise)));
    const nth = Math.floor(after / 2);
    this.#latest = this.#sweep(seen);
    const besieged = run % 2 === 1 ? this.#latest.at(nth) : undefined;
    if (besieged !== undefined) {
      const { topology, siege, round: laid } = besieged;
      return { topology: topology.name, siege: { siege, round: laid }, favoured: seen.commands };
    }
    const total = sum(topologies.map(({ weight }) => weight));
    const touched = sum(topologies.map(({ name, weight }) => weight * (seen.topologies.get(name) ?? 0)));
    const weighed = topologies.map((topology) => {
      const share = (topology.weight * (seen.topologies.get(topology.name) ?? 0)) / Math.max(1, touched);
      return { ...topology, weight: topology.weight + Math.round(OFTENER * total * share) };
    });
    return {
      topology: topologyOf({ ...this.#model, topologies: weighed }, this.#seed, topologies.length + nth),
      favoured: seen.commands,
    };
  }

  /** Each must be told: the next rounds wait for it. */
  done(run: number, outcome: Outcome): void {
    this.#dealt[run]?.resolve(outcome);
  }

  #evidence(outcomes: readonly Outcome[]): Evidence {
    const runs = Map.groupBy(known(outcomes), ({ topology }) => topology);
    const topologies = new Map(
      [...runs].map(([name, own]) => [name, own.filter(({ touched }) => carriedOut(touched)).length / own.length]),
    );
    // What comes first shows best what carries what out: nothing else happens then.
    const inTurn = known(outcomes.slice(0, this.#model.topologies.length)).flatMap(({ touched }) =>
      Object.entries(touched),
    );
    const shares = [...Map.groupBy(inTurn, ([name]) => name)]
      .filter(([name]) => name !== '')
      .map(([name, all]) => {
        const [begun, touched] = [sum(all.map(([, each]) => each.begun)), sum(all.map(([, each]) => each.touched))];
        return { name, share: touched / Math.max(1, begun) };
      });
    const most = Math.max(0, ...shares.map(({ share }) => share));
    return {
      topologies,
      commands: most === 0 ? [] : shares.filter(({ share }) => share >= most * OFTEN).map(({ name }) => name),
    };
  }

  /** Sieges that have to do with the changed code; where there is none, all. */
  #sweep({ topologies, commands }: Evidence): Sweep {
    const places = this.#model.topologies.filter(({ name }) => (topologies.get(name) ?? 0) > 0);
    const key = JSON.stringify([places.map(({ name }) => name), commands]);
    const known = this.#sweeps.get(key);
    if (known !== undefined) return known;
    const model = places.length === 0 ? this.#model : { ...this.#model, topologies: places };
    const options = { seed: this.#seed, kinds: this.#faults };
    const directed = new Sweep(model, { ...options, weigh: (siege) => this.#weigh(siege, commands) });
    const sweep = directed.length > 0 ? directed : new Sweep(model, options);
    this.#sweeps.set(key, sweep);
    return sweep;
  }

  /** Most where nobody has part in it but who loads the code, and who keeps what it leaves. */
  #weigh({ targets, link, command, due }: Siege, commands: readonly string[]): number {
    const { loadedBy, stores } = this.#changed;
    if (!due && commands.length > 0 && !commands.includes(command)) return 0;
    const parts = [...targets, ...(link ?? [])].map(stemOf);
    const others = parts.filter((name) => !loadedBy.has(name) && !stores.has(name));
    if (others.length === 0) return OWN;
    return parts.some((name) => loadedBy.has(name)) || targets.every((each) => stores.has(stemOf(each))) ? 1 : 0;
  }
}

const known = (outcomes: readonly Outcome[]): readonly Required<Outcome>[] =>
  outcomes.flatMap(({ topology, touched }) => (touched === undefined ? [] : [{ topology, touched }]));

/** After some command: what comes before any is the loading. */
const carriedOut = (touched: Readonly<Record<string, TouchedBy>>): boolean =>
  Object.entries(touched).some(([name, each]) => name !== '' && each.touched > 0);

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
