import type { AlertChange, Ms } from '../../contract/index.ts';
import type { Judgement } from './judgement.ts';

/** Alerts that fired since the steady state began and are neither the row's nor among those that its `alongside` allows. */
export function otherAlerts(
  alerts: readonly AlertChange[],
  expected: readonly string[],
  steady: Ms = 0,
): readonly AlertChange[] {
  return alerts.filter(({ alert, state, at }) => state === 'firing' && at >= steady && !expected.includes(alert));
}

/** Any alert but the expected ones is a failure. One of the start is told: it had cleared before the steady state began. */
export function judgeAlerts(alerts: readonly AlertChange[], expected: readonly string[], steady: Ms = 0): Judgement {
  const others = otherAlerts(alerts, expected, steady);
  const first = others[0];
  if (first) return { verdict: 'fail', at: first.at, seen: names(others) };
  const early = alerts.filter(({ state, at }) => state === 'firing' && at < steady);
  const start = early.length === 0 ? '' : ` since the start, when ${names(early)} did`;
  return { verdict: 'pass', seen: `no other alert fired${start}` };
}

const names = (alerts: readonly AlertChange[]): string => [...new Set(alerts.map(({ alert }) => alert))].join(', ');

/** Since when no alert has stood, `from` at the earliest; or the one that stands. */
export function quietSince(alerts: readonly AlertChange[], from: Ms): Ms | { readonly standing: string } {
  const standing = new Map<string, string>();
  let quiet = from;
  for (const { alert, labels, state, at } of alerts) {
    const key = JSON.stringify([alert, labels]);
    if (state === 'firing') standing.set(key, alert);
    else if (standing.delete(key)) quiet = Math.max(quiet, at);
  }
  const [first] = standing.values();
  return first === undefined ? quiet : { standing: first };
}
