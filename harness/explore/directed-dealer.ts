import type { ExplorationModel } from '../../contract/index.ts';
import type { Deals, Hand, Outcome } from './dealer.ts';
import type { Lurking } from './ambush.ts';
import { caseSeed, topologyOf } from './draw.ts';
import { drawLurking } from './draw-lurking.ts';
import { stemOf } from './replicas.ts';
import type { Siege } from './sieges.ts';
import { Sweep } from './sweep.ts';
import type { TouchedBy } from './touched.ts';

/** A run in turn waits for those that were dealt so long before it. */
const LAG = 4;
/** What the runs of a round are: faults and calls lie in wait for the changed code, or it is struck by the sweep, or they are drawn. */
const ROUND = ['wait', 'strike', 'wait', 'strike', 'wait', 'strike', 'wait', 'free'] as const;
const STRIKES = ROUND.filter((each) => each === 'strike').length;
/** Runs of topologies in which the changed code is carried out, for one by the weights of all. */
const OFTENER = 3;
/** So much more a siege weighs that is about the changed code and nobody else's. */
const OWN = 4;
/** And so much less one at a command by which it is not carried out: while one like that is under way another may be by which it is. */
const BESIDE = 0.05;
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
  /** By topology, the share of its runs that carried it out. Absent: nobody knows. */
  readonly topologies: ReadonlyMap<string, number>;
  /** Commands by which it is hardly ever. */
  readonly idle: readonly string[];
  /** Commands by which it is carried out. Empty: by any. */
  readonly commands: readonly string[];
}

/**
 * Deals the runs of a search for a bug in code that was changed. The first runs do all commands in turn, in one topology after another, and show by which
 * of them that code is carried out. From then on topologies and commands by which it is come oftener; three of eight runs are of strikes at who loads
 * it, at those commands, and in four faults of those, and calls, lie in wait for it. Depends on the seed and on earlier rounds alone, whatever runs at the same time.
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
  get strikes(): number {
    return this.#latest?.length ?? 0;
  }

  /** Waits for the rounds before the run's. */
  async deal(run: number): Promise<Hand> {
    this.#dealt[run] = Promise.withResolvers();
    const turns = await this.#turns(run);
    const after = run - turns;
    if (after < 0) return { topology: topologyOf(this.#model, this.#seed, run), inTurn: true };
    const place = after % ROUND.length;
    // Runs of a round know the same: whoever deals one of them waits for those before it.
    const before = this.#dealt.slice(0, run - place);
    const seen = this.#evidence(await Promise.all(before.map(({ promise }) => promise)), turns);
    this.#latest = this.#sweep(seen);
    const struck =
      Math.floor(after / ROUND.length) * STRIKES + ROUND.slice(0, place).filter((each) => each === 'strike').length;
    const assault = ROUND[place] === 'strike' ? this.#latest.at(struck) : undefined;
    if (assault !== undefined)
      return { topology: assault.topology.name, strikes: assault.strikes, favoured: seen.commands };
    const topology = this.#topology(run - struck, seen);
    const lurking = ROUND[place] === 'wait' ? this.#lurking(run, topology, seen.commands) : [];
    return { topology, favoured: seen.commands, ...(lurking.length === 0 ? {} : { lurking }) };
  }

  /** How many runs do all commands in turn: one in each topology, or until shortly after the changed code was carried out. */
  async #turns(run: number): Promise<number> {
    const most = this.#model.topologies.length;
    for (let n = 0; n + LAG <= Math.min(run, most - 1); n += 1) {
      const { touched } = (await this.#dealt[n]?.promise) ?? {};
      if (touched !== undefined && carriedOut(touched)) return n + LAG;
    }
    return most;
  }

  /** One where the changed code is carried out more often than one by the weights of all. */
  #topology(index: number, seen: Evidence): string {
    const { topologies } = this.#model;
    const total = sum(topologies.map(({ weight }) => weight));
    const touched = sum(topologies.map(({ name, weight }) => weight * (seen.topologies.get(name) ?? 1)));
    const weighed = topologies.map((topology) => {
      const share = (topology.weight * (seen.topologies.get(topology.name) ?? 1)) / Math.max(1, touched);
      return { ...topology, weight: topology.weight + Math.round(OFTENER * total * share) };
    });
    return topologyOf({ ...this.#model, topologies: weighed }, this.#seed, index);
  }

  #lurking(run: number, name: string, favoured: readonly string[]): readonly Lurking[] {
    const topology = this.#model.topologies.find((each) => each.name === name);
    if (topology === undefined) return [];
    return drawLurking(caseSeed(this.#seed, run), this.#model, topology, {
      kinds: this.#faults,
      weigh: (siege) => this.#weigh(siege),
      favoured,
    });
  }

  /** Each must be told: the next rounds wait for it. */
  done(run: number, outcome: Outcome): void {
    this.#dealt[run]?.resolve(outcome);
  }

  #evidence(outcomes: readonly Outcome[], turns: number): Evidence {
    const runs = Map.groupBy(known(outcomes), ({ topology }) => topology);
    const topologies = new Map(
      [...runs].map(([name, own]) => [name, own.filter(({ touched }) => carriedOut(touched)).length / own.length]),
    );
    // What comes first shows best what carries what out: nothing else happens then.
    const inTurn = known(outcomes.slice(0, turns)).flatMap(({ touched }) => Object.entries(touched));
    const shares = [...Map.groupBy(inTurn, ([name]) => name)]
      .filter(([name]) => name !== '')
      .map(([name, all]) => {
        const [begun, touched] = [sum(all.map(([, each]) => each.begun)), sum(all.map(([, each]) => each.touched))];
        return { name, share: touched / Math.max(1, begun) };
      });
    const most = Math.max(0, ...shares.map(({ share }) => share));
    return {
      topologies,
      idle: shares.filter(({ share }) => share < most * OFTEN).map(({ name }) => name),
      commands: most === 0 ? [] : shares.filter(({ share }) => share >= most * OFTEN).map(({ name }) => name),
    };
  }

  /** Strikes that have to do with the changed code; where there is none, all. */
  #sweep({ topologies, idle }: Evidence): Sweep {
    const places = this.#model.topologies.filter(({ name }) => (topologies.get(name) ?? 1) > 0);
    const key = JSON.stringify([places.map(({ name }) => name), idle]);
    const known = this.#sweeps.get(key);
    if (known !== undefined) return known;
    const model = places.length === 0 ? this.#model : { ...this.#model, topologies: places };
    const options = { seed: this.#seed, kinds: this.#faults };
    const weighAt = (siege: Siege): number =>
      this.#weigh(siege) * (!siege.due && idle.includes(siege.command) ? BESIDE : 1);
    const directed = new Sweep(model, { ...options, weigh: ({ siege }) => weighAt(siege) });
    const sweep = directed.length > 0 ? directed : new Sweep(model, options);
    this.#sweeps.set(key, sweep);
    return sweep;
  }

  /** Most where nobody has part in it but who loads the code, and who keeps what it leaves. */
  #weigh({ targets, link }: Pick<Siege, 'targets' | 'link'>): number {
    const { loadedBy, stores } = this.#changed;
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
