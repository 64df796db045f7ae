import type { Operation } from '../../../contract/index.ts';
import { excerpt, unreadable } from './recorded.ts';
import type { Recorded } from './recorded.ts';

const OUTCOMES: readonly unknown[] = ['ok', 'fail', 'info'];

/** `history.jsonl` of a run's journal: an Operation (contract/history.ts) a line. One without an end counts as `info`. */
export function readJsonl(file: string, all: Iterable<string>): Recorded {
  const operations: Operation[] = [];
  const lines: number[] = [];
  const seen = new Map<unknown, number>();
  let line = 0;
  for (const written of all) {
    line += 1;
    if (written.trim() === '') continue;
    const operation = operationOf(file, line, written);
    const before = seen.get(operation.id);
    if (before !== undefined)
      unreadable(file, line, `expected an id that no other operation has, found ${operation.id}, as on line ${before}`);
    seen.set(operation.id, line);
    operations.push(operation);
    lines.push(line);
  }
  return { format: 'history.jsonl', operations, lines };
}

function operationOf(file: string, line: number, written: string): Operation {
  const value = parsed(file, line, written);
  const fields = value as Readonly<Record<string, unknown>>;
  const must = (field: string, what: string, holds: boolean): void => {
    if (!holds)
      unreadable(
        file,
        line,
        `expected ${field} to be ${what}, found ${excerpt(JSON.stringify(fields[field]) ?? 'none')}; contract/history.ts describes an operation`,
      );
  };
  const { id, process, name, input, invokedAt, completedAt, outcome, result } = fields;
  must('id', 'a whole number', Number.isSafeInteger(id));
  must('process', 'a string', typeof process === 'string');
  must('name', 'a string', typeof name === 'string');
  must('input', 'an object', isObject(input));
  must('invokedAt', 'a number of milliseconds', Number.isFinite(invokedAt));
  must('outcome', 'ok, fail or info', OUTCOMES.includes(outcome));
  must('result', 'an object, or absent', result === undefined || isObject(result));
  must(
    'completedAt',
    'a number of milliseconds not before invokedAt, or absent',
    completedAt === undefined || (Number.isFinite(completedAt) && Number(completedAt) >= Number(invokedAt)),
  );
  const operation = value as unknown as Operation;
  return completedAt === undefined ? { ...operation, outcome: 'info' } : operation;
}

function parsed(file: string, line: number, written: string): object {
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch (error) {
    unreadable(
      file,
      line,
      `expected one operation as JSON, found ${excerpt(written)} (${(error as Error).message}); is the line cut off?`,
    );
  }
  if (!isObject(value)) unreadable(file, line, `expected an object, found ${excerpt(written)}`);
  return value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
