import type { AlertChange } from '../../contract/index.ts';
import type { Judgement } from './judgement.ts';

/** Alerts that fired and are neither the row's nor among those that its `alongside` allows. */
export function otherAlerts(alerts: readonly AlertChange[], expected: readonly string[]): readonly AlertChange[] {
  return alerts.filter(({ alert, state }) => state === 'firing' && !expected.includes(alert));
}

/** Any alert but the expected ones is a failure. */
export function judgeAlerts(alerts: readonly AlertChange[], expected: readonly string[]): Judgement {
  const others = otherAlerts(alerts, expected);
  const first = others[0];
  if (!first) return { verdict: 'pass', seen: 'no other alert fired' };
  return { verdict: 'fail', at: first.at, seen: [...new Set(others.map(({ alert }) => alert))].join(', ') };
}
