import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { InvocationResult } from '../../contract/index.ts';
import { UsageError } from '../commands/usage-error.ts';

/**
 * The invocation that a path such as `runs/latest` or `runs/latest/NUM-03/A` belongs to, and what of it was named.
 * @throws UsageError where there is none, or where its `result.json` cannot be read
 */
export function readInvocation(path: string): { result: InvocationResult; directory: string; within: string } {
  // The true folder: `runs/latest` points elsewhere as soon as there is a newer one.
  const asked = existsSync(path) ? realpathSync(path) : resolve(path);
  for (let directory = asked; ; directory = dirname(directory)) {
    const file = join(directory, 'result.json');
    if (existsSync(file))
      return { result: read(file), directory, within: asked.slice(directory.length + 1).replaceAll('\\', '/') };
    if (directory === dirname(directory))
      throw new UsageError(
        `expected the folder of a run, such as runs/latest or runs/latest/NUM-03/A, found no result.json in ${path} or above it`,
      );
  }
}

function read(file: string): InvocationResult {
  const text = readFileSync(file, 'utf8');
  try {
    const result = JSON.parse(text) as InvocationResult | null;
    if (Array.isArray(result?.runs)) return result;
  } catch {
    // The message below says the same of text that is not JSON.
  }
  throw new UsageError(
    `${file}: expected the JSON of an invocation with its runs, found ${text.length} characters that are not: it was cut off or changed; run it anew`,
  );
}
