import type { AlertChange, Ms } from '../../contract/index.ts';
import { never } from './judgement.ts';
import type { AnchorInstant, Judgement } from './judgement.ts';

/** The first time the alert fires at or after injection. */
export function firstFiring(alerts: readonly AlertChange[], alert: string, injected: Ms): Ms | undefined {
  return alerts.find((change) => change.alert === alert && change.state === 'firing' && change.at >= injected)?.at;
}

/** The row's alert fires within its limit; an alert before its anchor is in time. */
export function judgeDetection(detected: Ms | undefined, alert: string, anchor: AnchorInstant, limit: Ms): Judgement {
  if (detected === undefined) return { verdict: 'fail', seen: `never: ${alert} did not fire` };
  if (anchor.at === undefined) return never(anchor);
  return { verdict: detected - anchor.at <= limit ? 'pass' : 'fail', at: detected, seen: `${alert} fired` };
}
