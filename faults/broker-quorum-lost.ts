import type { Running } from '../contract/index.ts';
import { once } from './once.ts';
import { plannable } from './plan.ts';
import type { PlannableFault } from './plan.ts';

/**
 * SIGKILL of so many nodes of a NATS cluster that the rest is no majority; healed by starting them again. Bit when the
 * nodes are gone and a node that is left cannot get a change of a stream agreed. The change is one that changes nothing:
 * to purge what is before the first message.
 */
export function quorumLost(cluster: string): PlannableFault {
  return plannable({
    kind: 'broker.quorum-lost',
    target: cluster,
    title: `${cluster} loses its quorum`,
    inject: async ({ running }) => {
      const { instances } = running.component(cluster);
      const left = Math.ceil(instances.length / 2) - 1;
      const victims = instances.slice(0, instances.length - left).map((name) => running.component(name));
      const [survivor] = instances.slice(-left);
      if (left === 0 || survivor === undefined)
        throw new Error(`${cluster} has ${instances.length} nodes: of three at least some are left without a quorum`);
      for (const victim of victims) await victim.kill();
      let seen: string | undefined;
      return {
        witness: async () => {
          if (!victims.every((victim) => victim.state() === 'exited')) return undefined;
          // What was seen once need not be waited for again.
          seen ??= await unanswered(running, survivor);
          if (seen === undefined) return undefined;
          const gone = victims.map(({ name }) => name).join(', ');
          return { seen: `${gone} exited, ${seen}`, figures: { exited: victims.length, left } };
        },
        healed: () => running.component(cluster).healthy(),
        [Symbol.asyncDispose]: once(async () => {
          for (const victim of victims) if (victim.state() === 'exited') await victim.start();
        }),
      };
    },
  });
}

/** How the node does not answer; undefined: a change was agreed. */
async function unanswered({ admin }: Running, node: string): Promise<string | undefined> {
  try {
    const { streams, error } = (await admin.nats(node, '$JS.API.STREAM.NAMES')) as Names;
    if (error !== undefined) return `${node} answers: ${error.description}`;
    const [stream] = streams ?? [];
    if (stream === undefined) return undefined;
    const purge = (await admin.nats(node, `$JS.API.STREAM.PURGE.${stream}`, { seq: 1 })) as Names;
    return purge.error === undefined ? undefined : `${node} answers: ${purge.error.description}`;
  } catch (cause) {
    return `${node} agrees to no change: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}

interface Names {
  readonly streams?: readonly string[] | null;
  readonly error?: { readonly description: string };
}
