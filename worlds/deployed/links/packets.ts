import { command } from '../engine/command.ts';
import type { Containers } from '../engine/containers.ts';
import { PROXY_HOST } from '../images/topology.ts';
import type { Proxy } from '../images/topology.ts';
import type { Stream } from './toxiproxy.ts';

const TIMEOUT_MS = 10_000;

/** A rule in the network namespace of a link's client. Disposing it takes it off. */
export interface Rule extends AsyncDisposable {
  /** Packets that it has met, as the kernel counts them. */
  met(): Promise<number>;
}

/** `drop`: every packet is lost. `count`: packets with data are counted, and go on. */
type What = 'drop' | 'count';

/**
 * Loses or counts the packets of one direction between a container and its proxy, by iptables in the container's own network
 * namespace: the host's rules stay as they are, and the rule ends with the namespace. Needs root and util-linux' nsenter on the
 * engine's machine.
 */
export async function packetRule(what: What, containers: Containers, proxy: Proxy, stream: Stream): Promise<Rule> {
  const [pid, address] = [await containers.pid(proxy.client), await containers.address(PROXY_HOST)];
  const [chain, peer, port] =
    stream === 'upstream' ? ['OUTPUT', '--destination', '--dport'] : ['INPUT', '--source', '--sport'];
  const own = what === 'drop' ? ['--jump', 'DROP'] : ['--tcp-flags', 'PSH', 'PSH'];
  const match = [chain, peer, address, '--protocol', 'tcp', port, String(proxy.listen), ...own];
  await iptables(pid, '--insert', ...match);
  let last = 0;
  return {
    met: async () => {
      const line = (await rules(pid, chain)).find(
        (each) => each.includes(`${port} ${proxy.listen} `) && each.includes(what === 'drop' ? 'DROP' : '--tcp-flags'),
      );
      // Without its namespace there is no rule; what it had met before stays counted.
      if (line !== undefined) last = Number(/ -c (\d+) /.exec(line)?.[1] ?? 0);
      return last;
    },
    [Symbol.asyncDispose]: async () => {
      // The container may have been ended, or started anew, and its namespace with the rule be gone.
      if ((await containers.pid(proxy.client).catch(() => 0)) === pid) await iptables(pid, '--delete', ...match);
    },
  };
}

/** Rules that are in force in a running container's network namespace. */
export async function rulesIn(containers: Containers, instance: string): Promise<readonly string[]> {
  return rules(await containers.pid(instance));
}

async function rules(pid: number, chain?: string): Promise<readonly string[]> {
  const text = await iptables(pid, '--verbose', '--list-rules', ...(chain === undefined ? [] : [chain]));
  return text.split('\n').filter((line) => line.startsWith('-A'));
}

function iptables(pid: number, ...args: readonly string[]): Promise<string> {
  return command('nsenter', ['--target', String(pid), '--net', 'iptables', '--wait', '5', ...args], {
    timeoutMs: TIMEOUT_MS,
  });
}
