import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Executed } from '../run/execute.ts';

/** Writes what a run leaves behind: `history`, `alerts`, `timeline`, `polled`, `checkpoints`, `trace` and logs. */
export function writeRunJournal(directory: string, executed: Executed): void {
  const { evidence, result } = executed;
  mkdirSync(join(directory, 'logs'), { recursive: true });
  const lines = (name: string, items: readonly unknown[]): void =>
    writeFileSync(join(directory, name), items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  lines('history.jsonl', evidence.operations);
  lines('alerts.jsonl', evidence.alerts);
  lines('timeline.jsonl', timeline(executed));
  lines('faults.jsonl', [
    {
      fault: result.fault,
      injected: result.instants.injected,
      witnessed: result.instants.witnessed,
      cleared: result.instants.cleared,
    },
  ]);
  lines(
    'polled.jsonl',
    Object.entries(evidence.polled).flatMap(([probe, looks]) => looks.map((look) => ({ probe, ...look }))),
  );
  lines(
    'final-state.jsonl',
    Object.entries(evidence.finalState).flatMap(([table, rows]) => rows.map((row) => ({ table, row }))),
  );
  if (executed.checkpoints.length > 0) lines('checkpoints.jsonl', executed.checkpoints);
  if (executed.trace.length > 0) lines('trace.jsonl', executed.trace);
  for (const [component, log] of Object.entries(executed.logs))
    writeFileSync(join(directory, 'logs', `${component}.log`), log.map((line) => `${line}\n`).join(''));
}

/** Instants and judged lines, in the order of time: what a reader of the journal looks at first. */
function timeline({
  result,
}: Executed): readonly { readonly at: number; readonly what: string; readonly seen?: string }[] {
  const instants = Object.entries(result.instants).map(([what, at]) => ({ at, what }));
  const lines = result.lines.flatMap(({ at, reference, verdict, seen }) =>
    at === undefined ? [] : [{ at, what: `${reference} ${verdict}`, seen }],
  );
  return [...instants, ...lines].toSorted((a, b) => a.at - b.at);
}
