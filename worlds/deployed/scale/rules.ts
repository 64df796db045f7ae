import { parse, stringify } from 'yaml';
import { scaledDuration, scaledQuery } from './promql.ts';

interface Rule {
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
}

interface Group {
  readonly interval?: string;
  readonly rules: readonly Rule[];
}

/** A Prometheus rule file of the document's time for a system `speed` times as fast, without the alert that a sabotage removed. */
export function scaledRules(yaml: string, speed: number, removedAlert?: string): string {
  const file = parse(yaml) as { readonly groups: readonly Group[] };
  const duration = (text: string): string => (speed === 1 ? text : scaledDuration(text, speed));
  const groups = file.groups.map((group) => ({
    ...group,
    ...(group.interval === undefined ? {} : { interval: duration(group.interval) }),
    rules: group.rules
      .filter(({ alert }) => alert === undefined || alert !== removedAlert)
      .map((rule) => ({
        ...rule,
        expr: scaledQuery(rule.expr, speed),
        ...(rule.for === undefined ? {} : { for: duration(rule.for) }),
        ...(rule.keep_firing_for === undefined ? {} : { keep_firing_for: duration(rule.keep_firing_for) }),
      })),
  }));
  return stringify({ ...file, groups }, { lineWidth: 0 });
}
