import type { LinkEffect } from '../../../contract/index.ts';
import { type Host, type Life, currentLife, runInLife } from '../kernel/life.ts';
import type { Simulation } from '../kernel/simulation.ts';
import { Connection } from './connection.ts';
import { networkError } from './errors.ts';
import { HostLink, type LinkCounts, noCounts } from './link.ts';
import { PROFILE, type Profile } from './profile.ts';
import { SimSocket } from './socket.ts';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** A process that accepts connections at a port. */
export interface Listener {
  readonly life: Life | undefined;
  readonly accept: (socket: SimSocket) => void;
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost', '0.0.0.0', '::']);
const FIRST_EPHEMERAL_PORT = 32_768;
/** How long a host that is not there is asked for (ARP), ms. */
const UNREACHABLE_AFTER_MS = 3000;

/** Hosts, names, listeners and links of one run. */
export class SimNetwork {
  readonly simulation: Simulation;
  readonly #profile: Profile;
  readonly #hosts = new Map<string, Host>();
  readonly #names = new Map<string, string[]>();
  readonly #listeners = new Map<string, Listener>();
  readonly #links = new Map<string, HostLink>();
  #ports = FIRST_EPHEMERAL_PORT;
  /** Where code outside every simulated process sits in the network: the load generator. */
  readonly worldHost: Host;

  constructor(simulation: Simulation, profile: Profile = PROFILE) {
    this.simulation = simulation;
    this.#profile = profile;
    this.worldHost = this.addHost({ name: 'client', zone: 'kbl-a', region: 'kbl' });
  }

  /** Adds a machine under its own name and `names` (a component's name resolves to all its instances). */
  addHost(options: { name: string; zone: string; region: string; names?: readonly string[] }): Host {
    const { name, zone, region, names = [] } = options;
    const host: Host = { name, zone, region, address: `10.0.${this.#hosts.size >> 8}.${(this.#hosts.size & 255) + 1}` };
    this.#hosts.set(host.address, host);
    for (const own of new Set([name, ...names])) this.#names.set(own, [...(this.#names.get(own) ?? []), host.address]);
    return host;
  }

  /** The machine on which the running code runs. */
  here(): Host {
    return currentLife()?.options.host ?? this.worldHost;
  }

  /** Addresses of a name; none when it is unknown. */
  resolve(name: string): readonly string[] {
    if (LOOPBACK.has(name)) return ['127.0.0.1'];
    if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return [name];
    return this.#names.get(name) ?? [];
  }

  listen(host: Host, port: number, listener: Listener): Endpoint {
    const chosen = port === 0 ? this.#ephemeral() : port;
    const key = `${host.address}:${chosen}`;
    if (this.#listeners.has(key)) throw networkError('EADDRINUSE', 'listen', host.address, chosen);
    this.#listeners.set(key, listener);
    return { address: host.address, port: chosen };
  }

  unlisten(endpoint: Endpoint): void {
    this.#listeners.delete(`${endpoint.address}:${endpoint.port}`);
  }

  #ephemeral(): number {
    this.#ports = this.#ports >= 60_999 ? FIRST_EPHEMERAL_PORT : this.#ports + 1;
    return this.#ports;
  }

  /** Begins a connection from the running code's machine; the socket hears of the outcome. */
  connect(socket: SimSocket, address: string, port: number): void {
    const from = this.here();
    const to = LOOPBACK.has(address) ? from : this.#hosts.get(address);
    socket.connecting = true;
    socket.hold();
    socket.local = { address: from.address, port: this.#ephemeral() };
    socket.remote = { address: to?.address ?? address, port };
    if (to === undefined) {
      this.simulation.after(UNREACHABLE_AFTER_MS, () =>
        socket.destroy(networkError('EHOSTUNREACH', 'connect', address, port)),
      );
      return;
    }
    const connection = new Connection(this.simulation, socket, this.hostLink(from, to), this.hostLink(to, from), port);
    socket.connection = connection;
    connection.open(() => this.#accept(connection, socket, { address: to.address, port }));
  }

  /** The kernel of the host accepts even for a process that is stopped: that process hears of it when it goes on. */
  #accept(connection: Connection, client: SimSocket, at: Endpoint): SimSocket | undefined {
    const listener = this.#listeners.get(`${at.address}:${at.port}`);
    if (listener === undefined || listener.life?.alive === false) return undefined;
    const server = this.#makeSocket(listener);
    server.connection = connection;
    server.local = at;
    server.remote = client.local;
    // Also one that a stopped process has not heard of is reset when that dies.
    server.hold();
    this.simulation.after(0, () => listener.accept(server), listener.life);
    return server;
  }

  #makeSocket(listener: Listener): SimSocket {
    // Half-open as Node's servers have it (http answers after the client has finished).
    const make = (): SimSocket => new SimSocket({ allowHalfOpen: true });
    return listener.life === undefined ? make() : runInLife(listener.life, make);
  }

  hostLink(from: Host, to: Host): HostLink {
    const key = `${from.address}>${to.address}`;
    let link = this.#links.get(key);
    if (link === undefined) {
      link = new HostLink(this.#profile, this.simulation.seed, from, to);
      this.#links.set(key, link);
    }
    return link;
  }

  /** Name of the host at an address; the address where there is none. */
  nameOf(address: string | undefined): string {
    return this.#hosts.get(address ?? '')?.name ?? address ?? 'nobody';
  }

  /** Puts `effect` on each pair of hosts. Returns what takes it off again. */
  apply(from: readonly Host[], to: readonly Host[], effect: LinkEffect): () => void {
    const links = from.flatMap((source) => to.map((target) => this.hostLink(source, target)));
    this.simulation.record(`${effect.kind} ${from.map(nameOf).join()}>${to.map(nameOf).join()}`);
    for (const link of links) link.add(effect);
    return () => {
      this.simulation.record(`heal ${effect.kind} ${from.map(nameOf).join()}>${to.map(nameOf).join()}`);
      for (const link of links) link.remove(effect);
    };
  }

  /** Counters of all pairs, added up. */
  counts(from: readonly Host[], to: readonly Host[]): LinkCounts {
    const total = noCounts();
    for (const source of from) {
      for (const target of to) {
        const { counts } = this.hostLink(source, target);
        for (const key of Object.keys(total) as (keyof LinkCounts)[]) total[key] += counts[key];
      }
    }
    return total;
  }

  /** Calls `sent` in an event of its own, at the instant at which so many more messages have been sent between the pairs. */
  onMessage(from: readonly Host[], to: readonly Host[], nth: number, sent: () => void): Disposable {
    const links = from.flatMap((source) => to.map((target) => this.hostLink(source, target)));
    let left = nth;
    const forget = (): void => links.forEach(({ watchers }) => watchers.delete(watcher));
    const watcher = (): void => {
      left -= 1;
      if (left > 0) return;
      forget();
      // Not in the midst of whoever sends: what it does in this event is done.
      runInLife(undefined, () => this.simulation.after(0, sent));
    };
    for (const { watchers } of links) watchers.add(watcher);
    return { [Symbol.dispose]: forget };
  }

  /** Messages that these machines have sent to others. */
  sentBy(hosts: readonly Host[]): number {
    let sum = 0;
    for (const link of this.#links.values()) if (hosts.includes(link.from)) sum += link.counts.messages;
    return sum;
  }

  /** Effects still in place: residue. */
  effects(): readonly string[] {
    return [...this.#links.values()].flatMap((link) =>
      [...link.effects].map((effect) => `${effect.kind} on ${link.from.name} -> ${link.to.name}`),
    );
  }
}

const nameOf = (host: Host): string => host.name;

let current: SimNetwork | undefined;

/** The network of the current run; the patched `node:net` and `node:dns` reach it here. */
export const currentNetwork = (): SimNetwork | undefined => current;

export function setCurrentNetwork(network: SimNetwork | undefined): void {
  current = network;
}
