import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Checkpoint } from '../run/trace.ts';

/** Where two journals of one run part: the first event that differs if both kept theirs, else the interval. */
export function firstDifference(recorded: string, replayed: string): string {
  const [before, after] = [lines(recorded, 'trace.jsonl'), lines(replayed, 'trace.jsonl')];
  if (before && after) {
    const at = before.findIndex((event, i) => event !== after[i]);
    const index = at >= 0 ? at : before.length;
    if (index < Math.max(before.length, after.length))
      return `first difference at event ${index}:\n  recorded  ${event(before, index)}\n  replayed  ${event(after, index)}`;
  }
  const [old, now] = [checkpoints(recorded), checkpoints(replayed)];
  const at = old.findIndex(({ hash }, i) => hash !== now[i]?.hash);
  const point = old[at];
  const hint = 'run with --trace to keep the events, then replay again';
  if (!point) return `the runs part after the last checkpoint; ${hint}`;
  const from = old[at - 1]?.at ?? 0;
  return `first difference between ${seconds(from)} and ${seconds(point.at)} of the run, in phase ${point.phase}; ${hint}`;
}

function lines(directory: string, name: string): readonly string[] | undefined {
  const file = join(directory, name);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : undefined;
}

function checkpoints(directory: string): readonly Checkpoint[] {
  return (lines(directory, 'checkpoints.jsonl') ?? []).map((line) => JSON.parse(line) as Checkpoint);
}

function event(events: readonly string[], index: number): string {
  const line = events[index];
  return line === undefined ? '(no more events)' : String(JSON.parse(line));
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
