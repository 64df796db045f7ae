import type { Link, LinkEffect } from '../../../contract/index.ts';
import type { Host } from '../kernel/life.ts';
import type { SimNetwork } from '../network/network.ts';

/** One direction between two components, all instances, as the contract shows it. */
export function simulatedLink(
  network: SimNetwork,
  from: string,
  to: string,
  hosts: (name: string) => readonly Host[],
): Link {
  const [sources, targets] = [hosts(from), hosts(to)];
  return {
    from,
    to,
    get observed() {
      return { ...network.counts(sources, targets) };
    },
    onMessage: (nth, sent) => network.onMessage(sources, targets, nth, sent),
    apply: async (effect: LinkEffect) => {
      let heal: (() => void) | undefined = network.apply(sources, targets, effect);
      return {
        [Symbol.asyncDispose]: async () => {
          heal?.();
          heal = undefined;
        },
      };
    },
  };
}
