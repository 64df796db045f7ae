import type { Ms } from '../../contract/index.ts';

/** What a timeline shows: each kind can be asked for alone. */
export const TIMELINE_KINDS = [
  'operation',
  'fault',
  'judged',
  'alert',
  'statement',
  'process',
  'network',
  'log',
] as const;

export type TimelineKind = (typeof TIMELINE_KINDS)[number];

/** One thing that happened in a run. */
export interface TimelineEvent {
  /** The run's time, ms since its start. */
  readonly at: Ms;
  readonly kind: TimelineKind;
  /** Component, client, alert, or line of the row. */
  readonly who: string;
  readonly what: string;
  /** When it was over, for what lasts. */
  readonly until?: Ms;
}
