import type { NatsSpec } from '../../../../contract/index.ts';
import { type Life, runInLife } from '../../kernel/life.ts';
import type { Simulation } from '../../kernel/simulation.ts';
import { networkOrThrow } from '../../network/patch/net.ts';
import { NatsCluster } from './cluster.ts';
import type { NatsHost } from './types.ts';

export const instanceNames = ({ name, instances }: NatsSpec): readonly string[] =>
  instances === 1 ? [name] : Array.from({ length: instances }, (_, index) => `${name}-${index + 1}`);

/** What the lives of the simulated `nats-1`, `nats-2` ... do: they serve as the nodes of one cluster. */
export function natsPrograms(
  simulation: Simulation,
  spec: NatsSpec,
  onCluster: (cluster: NatsCluster) => void,
): Readonly<Record<string, (life: Life) => void>> {
  const names = instanceNames(spec);
  const lives = new Map<string, Life>();
  const random = simulation.random(`nats:${spec.name}`);
  const hostOf = (name: string): Life['options']['host'] => lives.get(name)!.options.host;
  const link = (from: string, to: string): ReturnType<ReturnType<typeof networkOrThrow>['hostLink']> =>
    networkOrThrow().hostLink(hostOf(from), hostOf(to));
  const cut = (from: string, to: string): boolean => {
    const own = link(from, to);
    return own.has('partition') || own.has('blackhole') || own.has('down');
  };
  const after = (delayMs: number, run: () => void, life: Life | undefined): { cancel(): void } => {
    const event = simulation.after(delayMs, run, life);
    return {
      cancel: () => {
        event.cancelled = true;
      },
    };
  };
  const cluster = new NatsCluster({
    name: spec.name,
    names,
    address: (name) => `${hostOf(name).address}:${spec.port}`,
    connected: (from, to) => !cut(from, to) && !cut(to, from),
    frozen: (name) => lives.get(name)?.paused === true,
    record: (what) => simulation.record(`nats ${what}`),
    host: {
      now: () => simulation.epoch + simulation.now,
      after: (delayMs, run) => after(delayMs, run, undefined),
      random: () => random.next(),
      delay: (from, to) => {
        const own = link(from, to);
        if (cut(from, to)) {
          own.counts.dropped += 1;
          return undefined;
        }
        own.counts.messages += 1;
        return own.delay();
      },
    },
  });
  onCluster(cluster);
  const start = (name: string, life: Life): void => {
    lives.set(name, life);
    const own = simulation.random(`nats:${name}:${life.options.number}`);
    const host: NatsHost = {
      now: () => life.options.clock.read(),
      after: (delayMs, run) => after(delayMs, run, life),
      random: () => own.next(),
      enter: (work) => runInLife(life, work),
    };
    const node = cluster.join(name, host);
    const network = networkOrThrow();
    const endpoint = network.listen(life.options.host, spec.port, {
      life,
      accept: (socket) => node.accept(socket, socket.remoteAddress),
    });
    life.resources.add({
      destroyWithLife: () => {
        cluster.leave(node);
        network.unlisten(endpoint);
      },
    });
  };
  return Object.fromEntries(names.map((name) => [name, (life: Life) => start(name, life)]));
}
