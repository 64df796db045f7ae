import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Link, LinkEffect, Observations } from '../../../contract/index.ts';
import { toSystem } from '../../../contract/index.ts';
import { CUT_PREFIX } from '../dead-mans-switch/lease.ts';
import type { Containers } from '../engine/containers.ts';
import type { Proxy } from '../images/topology.ts';
import type { WorldLog } from '../running/world-log.ts';
import { drawn, jitter } from './jitter.ts';
import { lingering } from './lingering.ts';
import { Packets } from './packets.ts';
import type { Rule } from './packets.ts';
import { tcpCounts } from './tcp-counts.ts';
import type { ProxyControl, Stream, Toxic } from './toxiproxy.ts';

/** One direction of one proxy. */
interface Way {
  readonly proxy: Proxy;
  readonly stream: Stream;
}

type Counts = Record<string, number>;

export interface LinkParts {
  readonly control: ProxyControl;
  readonly containers: Containers;
  /** Folder in which the dead man's switch finds which containers have packet rules. */
  readonly marks: string;
  readonly proxies: readonly Proxy[];
  readonly speed: number;
  readonly log: WorldLog;
  /** A stream of randomness of its own for each name, from the run's seed: [0, 1). */
  readonly random: (stream: string) => () => number;
}

/** Sets a toxic anew. */
type Setter = (toxic: Toxic) => Promise<void>;

/** The load generator: its machine is this one, where nothing is counted or cut. What it meets is in its history. */
const CLIENT = 'client';
const NOTHING_COUNTED = async (): Promise<Counts> => ({});

/** How often an effect's counts are read until it has bitten, and then: reading costs processes. Real time. */
const LOOK_MS = 200;
const LOOK_AGAIN_MS = 2000;

/**
 * The links of a run. An effect is put on the proxy of each pair of instances; what proves it is counted by the kernel: as packets where
 * the contract says messages.
 */
export class Links {
  readonly #control: ProxyControl;
  readonly #containers: Containers;
  readonly #packets: Packets;
  readonly #proxies: readonly Proxy[];
  readonly #speed: number;
  readonly #marks: string;
  readonly #log: WorldLog;
  readonly #random: (stream: string) => () => number;
  readonly #counts = new Map<string, Counts>();
  #applied = 0;

  constructor({ control, containers, marks, proxies, speed, log, random }: LinkParts) {
    this.#control = control;
    this.#containers = containers;
    this.#packets = new Packets(containers);
    this.#proxies = proxies;
    this.#speed = speed;
    this.#marks = marks;
    this.#log = log;
    this.#random = random;
  }

  /** The proxies between instances, and which of their streams goes that way. */
  ways(sources: readonly string[], targets: readonly string[]): readonly Way[] {
    return this.#proxies.flatMap((proxy): Way[] => {
      if (sources.includes(proxy.client) && targets.includes(proxy.server)) return [{ proxy, stream: 'upstream' }];
      if (targets.includes(proxy.client) && sources.includes(proxy.server)) return [{ proxy, stream: 'downstream' }];
      return [];
    });
  }

  /** One direction between instances; throws when nothing goes between them. */
  between(from: string, to: string, sources: readonly string[], targets: readonly string[]): Link {
    const ways = this.ways(sources, targets);
    if (ways.length === 0)
      throw new Error(`no link ${from} -> ${to}: there are ${this.#proxies.map(({ name }) => name).join(', ')}`);
    const observed = (): Observations => this.#sum(ways);
    return {
      from,
      to,
      get observed() {
        return observed();
      },
      apply: async (effect) => {
        await using stack = new AsyncDisposableStack();
        for (const way of ways) stack.use(await this.#apply(way, effect));
        const healing = stack.move();
        return { [Symbol.asyncDispose]: () => healing.disposeAsync() };
      },
    };
  }

  #sum(ways: readonly Way[]): Observations {
    const total: Counts = {};
    for (const way of ways)
      for (const [name, count] of Object.entries(this.#countsOf(way))) total[name] = (total[name] ?? 0) + count;
    return total;
  }

  #countsOf({ proxy, stream }: Way): Counts {
    const key = `${proxy.name} ${stream}`;
    let counts = this.#counts.get(key);
    if (counts === undefined) this.#counts.set(key, (counts = {}));
    return counts;
  }

  async #apply(way: Way, effect: LinkEffect): Promise<AsyncDisposable> {
    const { proxy, stream } = way;
    if (effect.kind === 'partition') {
      if (proxy.client === CLIENT) throw new Error(`${proxy.name}: the load generator's own machine is not cut off`);
      const rule = await this.#rule('drop', proxy, stream);
      this.#log.note(proxy.name, `packets of its ${stream} are dropped`);
      return this.#watched(way, async () => ({ held: await rule.met() }), rule);
    }
    if (effect.kind === 'down') {
      const measure = await this.#tcp(way);
      await this.#control.takeDown(proxy.name);
      this.#log.note(proxy.name, 'taken down');
      return this.#watched(way, measure, { [Symbol.asyncDispose]: () => this.#control.bringUp(proxy.name) });
    }
    const id = `faultline-${(this.#applied += 1)}`;
    await using stack = new AsyncDisposableStack();
    const measure = await this.#measure(effect, way, stack);
    const toxic = this.#real(effect, proxy.name);
    await this.#control.add(proxy.name, stream, toxic.first, id);
    stack.defer(() => this.#control.remove(proxy.name, id));
    this.#log.note(
      proxy.name,
      `${stream} ${id}: set ${JSON.stringify(toxic.first)}, read back ${await this.#readBack(proxy.name, id)}`,
    );
    if (toxic.next !== undefined) stack.use(toxic.next((changed) => this.#control.change(proxy.name, changed, id)));
    let missed = false;
    return this.#watched(
      way,
      async () => {
        if (!missed && (await this.#readBack(proxy.name, id)) === undefined) {
          missed = true;
          this.#log.note(proxy.name, `${id} is gone: Toxiproxy has forgotten it`);
        }
        return measure();
      },
      stack.move(),
    );
  }

  /** A toxic as Toxiproxy tells of it; undefined: it knows none of this name. */
  async #readBack(proxy: string, id: string): Promise<string | undefined> {
    const found = (await this.#control.read()).find(({ name }) => name === proxy);
    const toxic = found?.toxics.find(({ name }) => name === id);
    return toxic === undefined ? undefined : JSON.stringify(toxic);
  }

  /** Times of the document become shorter with the speed, and rates greater. A jitter is drawn here, from the run's seed. */
  #real(effect: Toxic, link: string): { readonly first: Toxic; readonly next?: (set: Setter) => AsyncDisposable } {
    const speed = this.#speed;
    if (effect.kind === 'bandwidth')
      return { first: { ...effect, kilobytesPerSecond: effect.kilobytesPerSecond * speed } };
    if (effect.kind === 'slow-close') return { first: { ...effect, delayMs: toSystem(effect.delayMs, speed) } };
    if (effect.kind !== 'latency') return { first: effect };
    const [latencyMs, jitterMs] = [toSystem(effect.latencyMs, speed), toSystem(effect.jitterMs, speed)];
    const first = { kind: 'latency', latencyMs, jitterMs: 0 } as const;
    if (jitterMs === 0) return { first };
    const random = this.#random(`jitter ${link} ${this.#applied}`);
    return {
      first: { ...first, latencyMs: drawn(latencyMs, jitterMs, random) },
      next: (set) => jitter(latencyMs, jitterMs, random, (now) => set({ ...first, latencyMs: now })),
    };
  }

  async #measure(effect: Toxic, way: Way, stack: AsyncDisposableStack): Promise<() => Promise<Counts>> {
    if (effect.kind === 'reset') return this.#tcp(way);
    if (effect.kind === 'slow-close') return this.#halfClosed(way);
    return this.#met(effect.kind, way, stack);
  }

  /** Connections of the link that wait for their other side's end, seen in the client or, where the server has ended them, there. */
  async #halfClosed({ proxy }: Way): Promise<() => Promise<Counts>> {
    const ends = [[proxy.client, proxy.listen] as const, [proxy.server, proxy.port] as const];
    const seen = new Set<string>();
    return async () => {
      for (const [name, port] of ends) {
        const pid = name === CLIENT ? undefined : await this.#containers.pid(name).catch(() => undefined);
        for (const connection of pid === undefined ? [] : lingering(pid, port)) seen.add(`${name} ${connection}`);
      }
      return { lingering: seen.size };
    };
  }

  async #tcp({ proxy }: Way): Promise<() => Promise<Counts>> {
    if (proxy.client === CLIENT) return NOTHING_COUNTED;
    const pid = await this.#containers.pid(proxy.client);
    const before = tcpCounts(pid);
    return async () => {
      const now = tcpCounts(pid);
      return { refused: now.refused - before.refused, reset: now.reset - before.reset };
    };
  }

  async #rule(what: 'drop' | 'count', proxy: Proxy, stream: Stream): Promise<Rule> {
    writeFileSync(join(this.#marks, CUT_PREFIX + proxy.client), '');
    return this.#packets.rule(what, proxy, stream);
  }

  /** Packets with data that met a toxic: of a blackhole those that the client sent, whichever way they or their answers are lost. */
  async #met(
    kind: 'blackhole' | 'latency' | 'bandwidth',
    { proxy, stream }: Way,
    stack: AsyncDisposableStack,
  ): Promise<() => Promise<Counts>> {
    const trace = kind === 'blackhole' ? 'dropped' : 'slowed';
    if (proxy.client === CLIENT) return NOTHING_COUNTED;
    const chain = kind === 'blackhole' ? 'upstream' : stream;
    const rule = stack.use(await this.#rule('count', proxy, chain));
    return async () => ({ [trace]: await rule.met() });
  }

  /** Reads the counts of an effect in place now and then; what it had counted stays when it is taken off. */
  async #watched(way: Way, measure: () => Promise<Counts>, effect: AsyncDisposable): Promise<AsyncDisposable> {
    const counts = this.#countsOf(way);
    const before = { ...counts };
    const ended = new AbortController();
    const look = async (): Promise<boolean> => {
      const found = await measure();
      for (const [name, count] of Object.entries(found)) counts[name] = (before[name] ?? 0) + count;
      return Object.values(found).some((count) => count > 0);
    };
    const watching = (async (): Promise<void> => {
      while (!ended.signal.aborted) {
        const bitten = await look().catch(() => false); // the client was ended: nothing more is counted
        await sleep(bitten ? LOOK_AGAIN_MS : LOOK_MS, undefined, { signal: ended.signal }).catch(() => {});
      }
    })();
    let healed: Promise<void> | undefined;
    return {
      [Symbol.asyncDispose]: () =>
        (healed ??= (async () => {
          ended.abort();
          await watching;
          await look().catch(() => {});
          await effect[Symbol.asyncDispose]();
          this.#log.note(way.proxy.name, `${way.stream} healed`);
        })()),
    };
  }
}
