import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult } from '../../contract/index.ts';
import { runPath } from '../../reports/results.ts';
import { readInvocation } from '../journal/read-invocation.ts';
import { UsageError } from '../commands/usage-error.ts';

/** A run in its journal. */
export interface RunFolder {
  /** `NUM-03/A`. */
  readonly name: string;
  readonly directory: string;
  readonly result: RunResult;
}

/** The runs that a path means: one (`runs/latest/NUM-03/A`) or all of its invocation. @throws UsageError where there is none */
export function runFolders(path: string): readonly RunFolder[] {
  const { result, directory, within } = readInvocation(path);
  const named = result.runs.map((run) => {
    const name = runPath(run, result.seed);
    return { name, directory: join(directory, name), result: run };
  });
  const meant = named.filter(({ name }) => within === '' || name === within || name.startsWith(`${within}/`));
  if (meant.length === 0)
    throw new UsageError(
      `expected a run of ${directory} (${named.map(({ name }) => name).join(', ')}), found ${JSON.stringify(within)}`,
    );
  return meant.filter((run) => existsSync(run.directory));
}

/** The one run that a path means. @throws UsageError where it means several */
export function runFolder(path: string): RunFolder {
  const runs = runFolders(path);
  const [only] = runs;
  if (only === undefined)
    throw new UsageError(`${path}: its runs left no journal: they were ended before they could write one`);
  if (runs.length > 1)
    throw new UsageError(
      `expected one run, found ${runs.length} in ${path}: name one, such as ${path.replace(/\/$/, '')}/${only.name}`,
    );
  return only;
}
