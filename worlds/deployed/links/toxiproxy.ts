import { Toxiproxy } from 'toxiproxy-node-client';
import type { LinkEffect } from '../../../contract/index.ts';

/** Toxiproxy's words: `upstream` goes from client to server. */
export type Stream = 'upstream' | 'downstream';

/** A proxy as Toxiproxy tells of it. */
interface ReadBack {
  readonly name: string;
  readonly listen: string;
  readonly upstream: string;
  readonly enabled: boolean;
  readonly toxics: readonly {
    readonly name: string;
    readonly type: string;
    readonly stream: string;
    readonly attributes: Readonly<Record<string, number>>;
  }[];
}

/** Effects that are toxics; the others are no business of Toxiproxy's API for them. */
export type Toxic = Exclude<LinkEffect, { kind: 'down' | 'partition' }>;

const TIMEOUT_MS = 5000;
/** Toxiproxy's own seed is a no-op and it draws for connections: an effect is on all of them. */
const TOXICITY = 1;

/** The proxies of a run, by Toxiproxy's API. Its metrics tell of a connection's bytes only when it has ended: they are no witness. */
export class ProxyControl {
  readonly #client: Toxiproxy;
  readonly #base: string;
  /** How many effects hold a proxy down: its two directions are one switch. */
  readonly #down = new Map<string, number>();

  constructor(port: number) {
    this.#base = `http://127.0.0.1:${port}`;
    this.#client = new Toxiproxy(this.#base);
  }

  /** As the server has them now. */
  async read(): Promise<readonly ReadBack[]> {
    return Object.values((await (await this.#get('/proxies')).json()) as Record<string, ReadBack>);
  }

  /** Takes every effect off. */
  async reset(): Promise<void> {
    this.#down.clear();
    await this.#client.reset();
  }

  async takeDown(name: string): Promise<void> {
    const held = (this.#down.get(name) ?? 0) + 1;
    this.#down.set(name, held);
    if (held === 1) await (await this.#client.get(name)).update(await this.#state(name, false));
  }

  async bringUp(name: string): Promise<void> {
    const held = Math.max(0, (this.#down.get(name) ?? 0) - 1);
    this.#down.set(name, held);
    if (held === 0) await (await this.#client.get(name)).update(await this.#state(name, true));
  }

  /** Puts a toxic on one direction; `id` tells it from others there. Milliseconds are real. */
  async add(name: string, stream: Stream, effect: Toxic, id: string): Promise<void> {
    const proxy = await this.#client.get(name);
    await proxy.addToxic({ name: id, stream, toxicity: TOXICITY, ...toxicOf(effect) });
  }

  /** Gives a toxic that is in place other figures. */
  async change(name: string, effect: Toxic, id: string): Promise<void> {
    const toxic = await (await this.#client.get(name)).getToxic(id);
    await toxic.update({ name: id, stream: toxic.stream, toxicity: TOXICITY, ...toxicOf(effect) });
  }

  /** A toxic that is gone, because Toxiproxy was started again meanwhile, is not missed. */
  async remove(name: string, id: string): Promise<void> {
    const there = (await this.read()).find((proxy) => proxy.name === name)?.toxics.some((toxic) => toxic.name === id);
    if (there === true) await (await (await this.#client.get(name)).getToxic(id)).remove();
  }

  async #state(name: string, enabled: boolean): Promise<{ enabled: boolean; listen: string; upstream: string }> {
    const proxy = (await this.read()).find((each) => each.name === name);
    if (proxy === undefined) throw new Error(`Toxiproxy has no proxy ${name}`);
    return { enabled, listen: proxy.listen, upstream: proxy.upstream };
  }

  #get(path: string): Promise<Response> {
    return fetch(`${this.#base}${path}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  }
}

function toxicOf(effect: Toxic): {
  type: 'timeout' | 'latency' | 'reset_peer' | 'bandwidth' | 'slow_close';
  attributes: Record<string, number>;
} {
  switch (effect.kind) {
    case 'blackhole':
      return { type: 'timeout', attributes: { timeout: 0 } };
    case 'latency':
      return { type: 'latency', attributes: { latency: effect.latencyMs, jitter: effect.jitterMs } };
    case 'reset':
      return { type: 'reset_peer', attributes: { timeout: 0 } };
    case 'bandwidth':
      return { type: 'bandwidth', attributes: { rate: Math.round(effect.kilobytesPerSecond) } };
    case 'slow-close':
      return { type: 'slow_close', attributes: { delay: effect.delayMs } };
    default:
      return effect satisfies never;
  }
}
