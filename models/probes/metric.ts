import type { Observation, Probe } from '../../contract/index.ts';

export interface MetricProbe {
  atMost(limit: number): Probe;
  atLeast(limit: number): Probe;
  equals(value: number): Probe;
  /** Any other condition on the value. */
  satisfies(title: string, holds: (value: number) => boolean): Probe;
}

/**
 * A PromQL query, looked at in every evaluation (2 s). `title` names the quantity in reports, `unit` stands behind its
 * figures, and `scale` turns the metric's unit into it: 1000 from seconds to `ms`.
 */
export function metric(
  title: string,
  query: string,
  { unit = '', scale = 1 }: { unit?: string; scale?: number } = {},
): MetricProbe {
  const text = (value: number): string => `${Number(value.toPrecision(3))}${unit === '' ? '' : ` ${unit}`}`;
  const probe = (condition: string, holds: (value: number) => boolean): Probe => ({
    title: `${title} ${condition}`,
    observe: async (_evidence, running, from, to) =>
      (await running.metrics.range(query, from, to)).map(({ at, value }): Observation => {
        const scaled = value * scale;
        return { at, holds: holds(scaled), seen: `${title} ${text(scaled)}` };
      }),
  });
  return {
    atMost: (limit) => probe(`<= ${text(limit)}`, (value) => value <= limit),
    atLeast: (limit) => probe(`>= ${text(limit)}`, (value) => value >= limit),
    equals: (wanted) => probe(`= ${text(wanted)}`, (value) => value === wanted),
    satisfies: probe,
  };
}
