import { accessSync, closeSync, constants, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { UnreadableHistory } from '../../contract/index.ts';
import type { CheckedHistory, HistoryChecker } from '../../contract/index.ts';
import { historyPage, historyText } from '../../reports/index.ts';
import { importExport } from '../load/import-export.ts';
import { UsageError } from './usage-error.ts';

/** What a user may turn on `faultline check`. */
export interface CheckOptions {
  readonly model?: string;
  /** Where the page is written; true: in the working folder, named after the history. */
  readonly html?: string | true;
  /** Seconds. */
  readonly timeLimit: number;
  /** MB that the search may remember. */
  readonly memoryLimit: number;
}

const CHECKERS = join(import.meta.dirname, '../../models/checkers/index.ts');

const CODES = { ok: 0, illegal: 1, unknown: 2 } as const satisfies Record<CheckedHistory['verdict'], number>;

/** `faultline check <history>`: 0 linearizable, 1 not, 2 unknown; what cannot be read is a UsageError. */
export async function check(path: string, options: CheckOptions): Promise<number> {
  const checker = await importExport<HistoryChecker>(CHECKERS, 'checker', 'the checkers of histories');
  const limits = { timeMs: options.timeLimit * 1000, memoryBytes: options.memoryLimit * 1_000_000 };
  const checked = understood(() =>
    checker.check(readHistoryFile(path), {
      ...(options.model === undefined ? {} : { model: options.model }),
      limits,
      clock: () => performance.now(),
    }),
  );
  process.stdout.write(historyText(checked));
  if (options.html !== undefined) {
    const page = options.html === true ? `${basename(path, extname(path))}.html` : options.html;
    writePage(page, historyPage(checked));
    process.stdout.write(`  page: ${page}\n`);
  }
  return CODES[checked.verdict];
}

function understood<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UnreadableHistory) throw new UsageError(error.message);
    throw error;
  }
}

/** The file, or the history of the run whose folder was named. */
function readHistoryFile(path: string): { name: string; text: Iterable<string> } {
  try {
    const name = statSync(path).isDirectory() ? join(path, 'history.jsonl') : path;
    if (statSync(name).isDirectory()) throw new Error('it is a folder');
    accessSync(name, constants.R_OK);
    return { name, text: linesOf(name) };
  } catch (error) {
    throw new UsageError(
      `${path}: expected a file with a history, or the folder of a run such as runs/latest/NUM-03/A (${(error as Error).message})`,
    );
  }
}

const CHUNK_BYTES = 1 << 20;

/** A history of many operations is longer than what is kept of it: it is read a piece at a time. */
function* linesOf(name: string): IterableIterator<string> {
  const decoder = new StringDecoder('utf8');
  const chunk = Buffer.alloc(CHUNK_BYTES);
  const file = openSync(name, 'r');
  try {
    let rest = '';
    for (let length = readSync(file, chunk); length > 0; length = readSync(file, chunk)) {
      const lines = `${rest}${decoder.write(chunk.subarray(0, length))}`.split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
    yield `${rest}${decoder.end()}`;
  } finally {
    closeSync(file);
  }
}

function writePage(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new UsageError(
      `${path}: the page cannot be written (${(error as Error).message}); name another file with --html`,
    );
  }
}
