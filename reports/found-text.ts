import type { FoundResult } from '../contract/index.ts';
import { span } from './text.ts';

/** Where they are kept, as a user would type it. */
const FOLDER = 'scenarios/found';

/** The command that shows one again. */
export function againFound({ name }: FoundResult): string {
  return `npx faultline replay ${FOLDER}/${name}.json`;
}

/** A line each below the rows. */
export function foundText(results: readonly FoundResult[]): readonly string[] {
  if (results.length === 0) return [];
  const lines = results.flatMap((result) => {
    const { name, check, verdict, seen, wallMs } = result;
    const shown = verdict === 'pass' ? 'pass' : verdict.toUpperCase();
    const line = ` ${shown.padEnd(6)} ${name.padEnd(24)} ${check.padEnd(40)} ${span(wallMs)}`;
    return verdict === 'pass' ? [line] : [line, `        ${seen}`, `        again: ${againFound(result)}`];
  });
  return ['', ` found by exploration, ${results.length} kept in ${FOLDER}`, ...lines];
}
