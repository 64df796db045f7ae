import type { Observation, Probe } from '../../contract/index.ts';

/**
 * Two behaviours as one line: it holds where both do. Each look counts with the other's latest; a look before the other
 * behaviour's first one says nothing yet, unless it is against the line.
 */
export function both(first: Probe, second: Probe): Probe {
  const planting = first.plant ? first : second.plant ? second : undefined;
  return {
    title: `${first.title}, and ${second.title}`,
    observe: async (evidence, running, from, to) => {
      const looks = [
        ...(await first.observe(evidence, running, from, to)).map((look) => ({ look, of: 0 })),
        ...(await second.observe(evidence, running, from, to)).map((look) => ({ look, of: 1 })),
      ].toSorted((a, b) => a.look.at - b.look.at);
      const latest: (Observation | undefined)[] = [undefined, undefined];
      return looks.flatMap(({ look, of }): Observation[] => {
        latest[of] = look;
        const other = latest[1 - of];
        if (other === undefined) return look.holds ? [] : [look];
        return [
          {
            at: look.at,
            holds: look.holds && other.holds,
            ...((look.unjudged ?? other.unjudged) ? { unjudged: true } : {}),
            seen: of === 0 ? `${look.seen}, ${other.seen}` : `${other.seen}, ${look.seen}`,
          },
        ];
      });
    },
    parts: [first, second],
    ...(planting ? { plant: (evidence) => planting.plant?.(evidence) ?? evidence } : {}),
  };
}
