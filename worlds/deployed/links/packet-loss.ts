import { command } from '../engine/command.ts';
import type { Containers } from '../engine/containers.ts';
import { PROXY_HOST } from '../images/topology.ts';
import type { Proxy } from '../images/topology.ts';
import type { Stream } from './toxiproxy.ts';

const TIMEOUT_MS = 10_000;

/** A rule in the network namespace of a link's client. */
export interface Rule extends AsyncDisposable {
  /** Packets that the kernel has dropped by it. */
  dropped(): Promise<number>;
}

/**
 * Loses every packet of one direction between a container and its proxy, by iptables in the container's own network
 * namespace: the host's rules stay as they are, and the rule ends with the namespace. Needs root and util-linux' nsenter.
 */
export async function losePackets(containers: Containers, proxy: Proxy, stream: Stream): Promise<Rule> {
  const [pid, address] = [await containers.pid(proxy.client), await containers.address(PROXY_HOST)];
  const iptables = (...args: readonly string[]): Promise<string> =>
    command('nsenter', ['--target', String(pid), '--net', 'iptables', '--wait', '5', ...args], {
      timeoutMs: TIMEOUT_MS,
    });
  const [chain, ...match] =
    stream === 'upstream'
      ? (['OUTPUT', '--destination', address, '--protocol', 'tcp', '--dport', String(proxy.listen)] as const)
      : (['INPUT', '--source', address, '--protocol', 'tcp', '--sport', String(proxy.listen)] as const);
  await iptables('--insert', chain, ...match, '--jump', 'DROP');
  const port = `${stream === 'upstream' ? 'dpt' : 'spt'}:${proxy.listen}`;
  let last = 0;
  return {
    dropped: async () => {
      const line = (await iptables('--verbose', '--exact', '--numeric', '--list', chain))
        .split('\n')
        .find((each) => each.includes('DROP') && each.endsWith(port));
      // Without its namespace there is no rule; what it had dropped before stays counted.
      if (line !== undefined) last = Number(line.trim().split(/\s+/)[0]);
      return last;
    },
    [Symbol.asyncDispose]: async () => {
      // The container may have been ended, or started anew, and its namespace with the rule be gone.
      if ((await containers.pid(proxy.client).catch(() => 0)) === pid)
        await iptables('--delete', chain, ...match, '--jump', 'DROP');
    },
  };
}

/** Rules that are in force in a running container's network namespace, beside the chains' own policies. */
export async function rulesIn(containers: Containers, instance: string): Promise<readonly string[]> {
  const pid = await containers.pid(instance);
  const text = await command('nsenter', ['--target', String(pid), '--net', 'iptables', '--wait', '5', '--list-rules'], {
    timeoutMs: TIMEOUT_MS,
  });
  return text.split('\n').filter((line) => line.startsWith('-A') && line.includes('DROP'));
}
