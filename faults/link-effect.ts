import type { Fault, LinkEffect } from '../contract/index.ts';
import { applyAll, healAll } from './apply-all.ts';
import { total } from './observed.ts';
import { once } from './once.ts';
import { linksBetween } from './targets.ts';

/** What a kind of link fault leaves to be seen. */
export interface LinkFaultKind {
  readonly kind: string;
  readonly verb: string;
  readonly effect: LinkEffect;
  /** Counts of the link of which one must have grown. */
  readonly traces: readonly string[];
}

/** A fault on both directions of every link between two sides; the files `link-*.ts` name the kinds. */
export function linkFault(
  { kind, verb, effect, traces }: LinkFaultKind,
  from: readonly string[],
  to: readonly string[],
): Fault {
  const target = `${from.join(', ')} -> ${to.join(', ')}`;
  return {
    kind,
    target,
    title: `${verb} ${target}`,
    inject: async ({ running }) => {
      const links = linksBetween(running, from, to);
      const before = links.map(({ observed }) => ({ ...observed }));
      const applied = await applyAll(links, effect);
      return {
        witness: async () => {
          const figures = Object.fromEntries(
            traces.map((trace) => [
              trace,
              total(
                before,
                links.map(({ observed }) => observed),
                trace,
              ),
            ]),
          );
          const seen = Object.entries(figures)
            .filter(([, count]) => count > 0)
            .map(([trace, count]) => `${count} ${TRACES[trace] ?? trace}`);
          return seen.length > 0 ? { seen: seen.join(', '), figures } : undefined;
        },
        // A link has no health of its own: it carries traffic again as soon as the effect is off it.
        healed: async () => applied.length === 0,
        [Symbol.asyncDispose]: once(() => healAll(applied)),
      };
    },
  };
}

const TRACES: Readonly<Record<string, string>> = {
  refused: 'connections refused',
  reset: 'connections reset',
  dropped: 'messages dropped',
  held: 'messages held back',
  slowed: 'messages slowed',
  lingering: 'connections closed late',
};

/** One name or several. */
export type Side = string | readonly string[];

export function side(names: Side): readonly string[] {
  return typeof names === 'string' ? [names] : names;
}
