import { REPORTERS } from '../../reports/index.ts';
import type { ReportFormat } from '../../reports/index.ts';
import { readInvocation } from '../journal/read-invocation.ts';
import { shownPath } from './invoke.ts';

/** `faultline report <run>`: made again from the journal, offline. */
export function report(path: string, options: { readonly format: ReportFormat }): number {
  const { result, directory } = readInvocation(path);
  process.stdout.write(REPORTERS[options.format](result, { directory: shownPath(directory) }));
  return 0;
}
