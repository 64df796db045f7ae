import type { FoundResult } from '../contract/index.ts';
import { span } from './text.ts';

/** Where kept counterexamples are, from the project's root: `npm run chaos` runs them after the rows. */
export const FOUND_FOLDER = 'scenarios/found';

/** The command that shows one again. */
export function againFound({ name }: FoundResult): string {
  return `npx faultline replay ${FOUND_FOLDER}/${name}.json`;
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
  return ['', ` found by exploration, ${results.length} kept in ${FOUND_FOLDER}`, ...lines];
}
