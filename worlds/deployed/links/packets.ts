import type { Containers } from '../engine/containers.ts';
import { PROXY_HOST } from '../images/topology.ts';
import type { Proxy } from '../images/topology.ts';
import { NamespaceRules, listRules } from './namespace-rules.ts';
import type { Stream } from './toxiproxy.ts';

/** A rule in the network namespace of a link's client. Disposing it takes it off. */
export interface Rule extends AsyncDisposable {
  /** Packets that it has met, as the kernel counts them. */
  met(): Promise<number>;
}

/** `drop`: every packet is lost. `count`: packets with data are counted, and go on. */
type What = 'drop' | 'count';

/**
 * Loses or counts the packets of one direction between a container and its proxy, in the container's own network namespace: the
 * host's rules stay as they are, and the rule ends with the namespace.
 */
export class Packets {
  readonly #containers: Containers;
  readonly #namespaces = new Map<number, NamespaceRules>();
  /** Questions to the engine that are under way. */
  readonly #pids = new Map<string, Promise<number>>();
  #proxy: Promise<string> | undefined;

  constructor(containers: Containers) {
    this.#containers = containers;
  }

  async rule(what: What, proxy: Proxy, stream: Stream): Promise<Rule> {
    this.#proxy ??= this.#containers.address(PROXY_HOST);
    const [pid, address] = await Promise.all([this.#pid(proxy.client), this.#proxy]);
    const namespace = this.#of(pid);
    const [chain, peer, port] =
      stream === 'upstream' ? ['OUTPUT', '--destination', '--dport'] : ['INPUT', '--source', '--sport'];
    const own = what === 'drop' ? ['--jump', 'DROP'] : ['--tcp-flags', 'PSH', 'PSH'];
    const match = [chain, peer, address, '--protocol', 'tcp', port, String(proxy.listen), ...own];
    await namespace.change('--insert', ...match);
    let last = 0;
    return {
      met: async () => {
        const line = (await namespace.list()).find(
          (each) =>
            each.startsWith(`-A ${chain} `) &&
            each.includes(`${port} ${proxy.listen} `) &&
            each.includes(what === 'drop' ? 'DROP' : '--tcp-flags'),
        );
        // Without its namespace there is no rule; what it had met before stays counted.
        if (line !== undefined) last = Number(/ -c (\d+) /.exec(line)?.[1] ?? 0);
        return last;
      },
      [Symbol.asyncDispose]: async () => {
        // The container may have been ended, or started anew, and its namespace with the rule be gone.
        if ((await this.#pid(proxy.client).catch(() => 0)) === pid) await namespace.change('--delete', ...match);
      },
    };
  }

  #pid(instance: string): Promise<number> {
    let asked = this.#pids.get(instance);
    if (asked === undefined) {
      asked = this.#containers.pid(instance).finally(() => this.#pids.delete(instance));
      this.#pids.set(instance, asked);
    }
    return asked;
  }

  #of(pid: number): NamespaceRules {
    const namespace = this.#namespaces.get(pid) ?? new NamespaceRules(pid);
    this.#namespaces.set(pid, namespace);
    return namespace;
  }
}

/** Rules that are in force in a running container's network namespace. */
export async function rulesIn(containers: Containers, instance: string): Promise<readonly string[]> {
  return listRules(await containers.pid(instance));
}
