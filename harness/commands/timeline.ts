import { parseDuration } from '../../catalogue/index.ts';
import { TIMELINE_KINDS } from '../timeline/event.ts';
import type { TimelineKind } from '../timeline/event.ts';
import { readTimeline } from '../timeline/read-timeline.ts';
import { runFolder } from '../timeline/run-folder.ts';
import { timelineText } from '../timeline/timeline-text.ts';
import { UsageError } from './usage-error.ts';

export interface TimelineOptions {
  readonly from?: string;
  readonly to?: string;
  /** Kinds, separated by commas. */
  readonly only?: string;
  /** Only what names this component, client or alert. */
  readonly who?: string;
  readonly json?: boolean;
}

/** `faultline timeline <run>`: what happened, from all parts of a run's journal, in the order of its time. */
export function timeline(path: string, options: TimelineOptions): number {
  const kinds = kindsOf(options.only);
  const [from, to] = [instantOf('--from', options.from) ?? 0, instantOf('--to', options.to) ?? Infinity];
  const { name, directory } = runFolder(path);
  const { events, traced } = readTimeline(directory);
  const shown = events.filter(
    ({ at, kind, who, until = at }) =>
      kinds.has(kind) && until >= from && at <= to && (options.who === undefined || who.includes(options.who)),
  );
  if (options.json === true) {
    process.stdout.write(shown.map((event) => `${JSON.stringify(event)}\n`).join(''));
    return 0;
  }
  process.stdout.write(timelineText(shown, Math.max(100, process.stdout.columns ?? 160)));
  process.stdout.write(`${name}  ${shown.length} of ${events.length} events\n`);
  if (!traced)
    process.stdout.write(
      `no statements, processes and network: this run kept no trace. npx faultline replay ${path} keeps one (so does run --trace)\n`,
    );
  return 0;
}

function kindsOf(text: string | undefined): ReadonlySet<TimelineKind> {
  if (text === undefined) return new Set(TIMELINE_KINDS);
  const known: readonly string[] = TIMELINE_KINDS;
  const asked = text.split(',').map((kind) => kind.trim());
  const unknown = asked.find((kind) => !known.includes(kind));
  if (unknown !== undefined)
    throw new UsageError(`--only: expected kinds of ${TIMELINE_KINDS.join(', ')}, found ${JSON.stringify(unknown)}`);
  return new Set(asked as TimelineKind[]);
}

/** An instant of a run as an option gives it: `41.2s`, `3m`, ms since its start. @throws UsageError */
export function instantOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms === undefined)
    throw new UsageError(
      `${option}: expected a time since the run's start such as 41.2s or 3m, found ${JSON.stringify(text)}`,
    );
  return ms;
}
