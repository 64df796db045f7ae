import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { InvocationResult } from '../../contract/index.ts';
import { REPORTERS } from '../../reports/index.ts';
import type { ReportFormat } from '../../reports/index.ts';
import { shownPath } from './invoke.ts';
import { UsageError } from './usage-error.ts';

/** `faultline report <run>`: made again from the journal, offline. */
export function report(path: string, options: { readonly format: ReportFormat }): number {
  const { result, directory } = readInvocation(path);
  process.stdout.write(REPORTERS[options.format](result, { directory: shownPath(directory) }));
  return 0;
}

/** The invocation that a path such as `runs/latest` or `runs/latest/NUM-03/A` belongs to, and what of it was named. */
export function readInvocation(path: string): { result: InvocationResult; directory: string; within: string } {
  // The true folder: `runs/latest` points elsewhere as soon as there is a newer one.
  const asked = existsSync(path) ? realpathSync(path) : resolve(path);
  for (let directory = asked; ; directory = dirname(directory)) {
    const file = join(directory, 'result.json');
    if (existsSync(file)) {
      const result = JSON.parse(readFileSync(file, 'utf8')) as InvocationResult;
      return { result, directory, within: asked.slice(directory.length + 1).replaceAll('\\', '/') };
    }
    if (directory === dirname(directory))
      throw new UsageError(
        `expected the folder of a run, such as runs/latest or runs/latest/NUM-03/A, found no result.json in ${path} or above it`,
      );
  }
}
