import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LineResult } from '../../contract/index.ts';
import { firstDifference } from '../journal/first-difference.ts';
import type { TimelineEvent } from '../timeline/event.ts';
import { parting } from '../timeline/part.ts';
import { readTimeline } from '../timeline/read-timeline.ts';
import { runFolders } from '../timeline/run-folder.ts';
import type { RunFolder } from '../timeline/run-folder.ts';
import { timelineText } from '../timeline/timeline-text.ts';
import { shownPath } from './invoke.ts';
import { UsageError } from './usage-error.ts';

/** Events shown around a difference. */
const CONTEXT = 4;

/**
 * `faultline diff <run> <run>`: where two runs part, by their traces where both kept one, else by what clients and logs saw. Exit code 0 when
 * they are the same, else 1; runs that only one of them has are a difference.
 */
export function diff(one: string, other: string): number {
  const [ones, others] = [runFolders(one), runFolders(other)];
  const pairs = pairsOf(ones, others);
  if (pairs.length === 0)
    throw new UsageError(`expected runs that both have, found none in ${one} and ${other}; name one run of each`);
  const differ = pairs.filter(([a, b]) => !compared(a, b));
  const alone = [...ones, ...others].filter((run) => !pairs.flat().includes(run));
  for (const { name, directory } of alone) process.stdout.write(`${name}  is in ${shownPath(directory)} only\n`);
  if (pairs.length > 1) process.stdout.write(`${pairs.length - differ.length} of ${pairs.length} runs are the same\n`);
  return differ.length + alone.length === 0 ? 0 : 1;
}

/** Two runs that were named are held against each other; of two invocations, those of one name. */
function pairsOf(one: readonly RunFolder[], other: readonly RunFolder[]): readonly (readonly [RunFolder, RunFolder])[] {
  const [a, b] = [one[0], other[0]];
  if (one.length === 1 && other.length === 1 && a !== undefined && b !== undefined) return [[a, b]];
  return one.flatMap((run) => {
    const same = other.find(({ name }) => name === run.name);
    return same === undefined ? [] : [[run, same] as const];
  });
}

/** Prints how they differ; true when they do not. */
function compared(a: RunFolder, b: RunFolder): boolean {
  const [left, right] = [a.result, b.result];
  const same = left.traceHash !== undefined && left.traceHash === right.traceHash;
  if (same) {
    process.stdout.write(`${a.name}  the same run: trace ${left.traceHash}\n`);
    return true;
  }
  const lines = judgedDifferently(left.lines, right.lines);
  const parts = whereTheyPart(a.directory, b.directory);
  // Without a trace hash (deployed) two runs with equal verdicts and histories are as equal as can be told.
  if (left.traceHash === undefined && lines.length === 0 && parts === undefined) {
    process.stdout.write(`${a.name}  no difference seen\n`);
    return true;
  }
  for (const [sign, { directory, result }] of [
    ['A', a],
    ['B', b],
  ] as const)
    process.stdout.write(
      `${sign}  ${shownPath(directory)}  ${result.verdict} · seed ${result.seed} · ${result.world} · trace ${result.traceHash ?? 'none'}\n`,
    );
  for (const line of lines) process.stdout.write(`   ${line}\n`);
  process.stdout.write(parts ?? `${firstDifference(a.directory, b.directory)}\n`);
  return false;
}

function judgedDifferently(left: readonly LineResult[], right: readonly LineResult[]): readonly string[] {
  const references = [...new Set([...left, ...right].map(({ reference }) => reference))];
  return references.flatMap((reference) => {
    const [a, b] = [left, right].map(
      (lines) => lines.find((line) => line.reference === reference)?.verdict ?? 'not judged',
    );
    return a === b ? [] : [`${reference}: A ${a}, B ${b}`];
  });
}

/** By the whole traces, whose every event counts; else by the timelines. */
function whereTheyPart(a: string, b: string): string | undefined {
  const [left, right] = [traceOf(a), traceOf(b)];
  if (left !== undefined && right !== undefined) {
    const found = parting(left, right, CONTEXT);
    return found === undefined
      ? undefined
      : `they part at event ${found.index} of ${left.length} and ${right.length}\n${block('  ', found.before)}${block('A ', found.one)}${block('B ', found.other)}`;
  }
  const found = parting(readTimeline(a).events, readTimeline(b).events, CONTEXT, asText);
  if (found === undefined) return undefined;
  const text = (sign: string, events: readonly TimelineEvent[]): string =>
    timelineText(events).replaceAll(/^(?=.)/gm, sign);
  return `they part at event ${found.index} of what clients, alerts and logs saw (a trace tells more: run --trace)\n${text('  ', found.before)}${text('A ', found.one)}${text('B ', found.other)}`;
}

const asText = (event: TimelineEvent): string => JSON.stringify(event);

function block(sign: string, events: readonly string[]): string {
  return events.map((event) => `${sign}${event}\n`).join('');
}

function traceOf(directory: string): readonly string[] | undefined {
  const file = join(directory, 'trace.jsonl');
  if (!existsSync(file)) return undefined;
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => String(JSON.parse(line)));
}
