import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { AlertChange, Instants, Operation } from '../../contract/index.ts';
import { logText } from '../../reports/text.ts';
import { UsageError } from '../commands/usage-error.ts';
import type { TimelineEvent } from './event.ts';
import { TraceReader } from './trace-reader.ts';

/** All that a run's journal tells, in the order of the run's time. */
export interface Timeline {
  readonly events: readonly TimelineEvent[];
  /** Statements, processes and network are told by the trace, which only `--trace` and replays keep. */
  readonly traced: boolean;
}

/** Reads the folder of one run, such as `runs/latest/NUM-03/A`. @throws UsageError that names file and line of what is not JSON */
export function readTimeline(directory: string): Timeline {
  const trace = join(directory, 'trace.jsonl');
  const reader = new TraceReader();
  const events = [
    ...(lines(join(directory, 'history.jsonl')) as readonly Operation[]).map(operation),
    ...(lines(join(directory, 'faults.jsonl')) as readonly FaultLine[]).flatMap(fault),
    ...(lines(join(directory, 'timeline.jsonl')) as readonly JudgedLine[]).map(judged),
    ...(lines(join(directory, 'alerts.jsonl')) as readonly AlertChange[]).map(alert),
    ...(lines(trace) as readonly string[]).flatMap((text) => reader.read(text) ?? []),
    ...logs(join(directory, 'logs')),
  ];
  return { events: events.toSorted((a, b) => a.at - b.at), traced: existsSync(trace) };
}

interface FaultLine extends Partial<Pick<Instants, 'injected' | 'witnessed' | 'cleared'>> {
  readonly fault: string;
}

interface JudgedLine {
  readonly at: number;
  readonly what: string;
  readonly seen?: string;
}

function operation({ process, name, input, invokedAt, completedAt, outcome, error }: Operation): TimelineEvent {
  const end = completedAt === undefined ? 'never answered' : error === undefined ? outcome : `${outcome} ${error}`;
  return {
    at: invokedAt,
    kind: 'operation',
    who: process,
    what: `${name} ${JSON.stringify(input)} -> ${end}`,
    ...(completedAt === undefined ? {} : { until: completedAt }),
  };
}

function fault({ fault: what, injected, cleared }: FaultLine): readonly TimelineEvent[] {
  if (injected === undefined) return [];
  return [{ at: injected, kind: 'fault', who: '', what, ...(cleared === undefined ? {} : { until: cleared }) }];
}

function judged({ at, what, seen }: JudgedLine): TimelineEvent {
  return { at, kind: 'judged', who: '', what: seen === undefined ? what : `${what}: ${seen}` };
}

function alert({ at, alert: who, state, labels }: AlertChange): TimelineEvent {
  const instance = labels['instance'];
  return { at, kind: 'alert', who, what: instance === undefined ? state : `${state} (${instance})` };
}

/** A log's line: `0.377 numbering-service-2 TEXT`. */
function logs(folder: string): readonly TimelineEvent[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .toSorted()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .flatMap((line) => {
      const [, at, who = '', text = ''] = /^([\d.]+) (\S+) (.*)$/.exec(line) ?? [];
      return at === undefined ? [] : [{ at: Number(at), kind: 'log' as const, who, what: logText(text) }];
    });
}

function lines(file: string): readonly unknown[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      if (line === '') return [];
      try {
        return [JSON.parse(line) as unknown];
      } catch (error) {
        throw new UsageError(
          `${file}:${index + 1}: expected JSON, found ${JSON.stringify(line.slice(0, 60))} in ${basename(file)}; run it again`,
          {
            cause: error,
          },
        );
      }
    });
}
