import { clock, fit, span } from '../../reports/text.ts';
import type { TimelineEvent } from './event.ts';

/** One line an event: time, kind, who, what; how long it lasted at the end. */
export function timelineText(events: readonly TimelineEvent[], width = 160): string {
  return events
    .map(({ at, kind, who, what, until }) => {
      const took = until === undefined ? '' : ` (${span(until - at)})`;
      const head = `${precise(at).padStart(12)}  ${kind.padEnd(9)}  ${fit(who, 28)}  `;
      return `${head}${fit(what, Math.max(20, width - head.length - took.length)).trimEnd()}${took}\n`;
    })
    .join('');
}

/** `0:41.200318`: to the microsecond, for what a tenth of a second holds has an order. */
function precise(ms: number): string {
  const rest = Math.abs(ms) % 60_000;
  const minutes = clock(Math.abs(ms) - rest).slice(0, -4);
  return `${minutes}${(rest / 1000).toFixed(6).padStart(9, '0')}`;
}
