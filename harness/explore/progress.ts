import type { CaseFailure, ExplorationCase } from '../../contract/index.ts';
import { span } from '../../reports/text.ts';
import type { CaseOutcome } from './worker-job.ts';

/** Tells what is going on: on a terminal one line that is rewritten, elsewhere a line now and then. */
export interface ExploreProgress {
  readonly run: (done: number, outcome: CaseOutcome) => void;
  readonly failure: (failure: CaseFailure, drawn: ExplorationCase) => void;
  readonly shrink: (smaller: ExplorationCase, tried: number) => void;
  readonly note: (text: string) => void;
  readonly end: () => void;
}

const REDRAW_MS = 200;
const LINE_EVERY_MS = 15_000;

export function exploreProgress(
  out: NodeJS.WriteStream,
  quiet: boolean,
  runs: number | undefined,
  budgetMs: number,
): ExploreProgress {
  const nothing = (): void => {};
  if (quiet) return { run: nothing, failure: nothing, shrink: nothing, note: nothing, end: nothing };
  const begun = performance.now();
  const every = out.isTTY ? REDRAW_MS : LINE_EVERY_MS;
  let shownAt = out.isTTY ? -Infinity : begun;
  const line = (text: string): void => {
    if (performance.now() - shownAt < every) return;
    shownAt = performance.now();
    out.write(out.isTTY ? `\r\u001b[2K${text.slice(0, out.columns - 1)}` : `${text}\n`);
  };
  const note = (text: string): void => void out.write(out.isTTY ? `\r\u001b[2K${text}\n` : `${text}\n`);
  return {
    run: (done) => {
      const gone = performance.now() - begun;
      const left = runs === undefined ? `${span(Math.max(0, budgetMs - gone))} left` : `of ${runs}`;
      line(` exploring: ${done} runs ${left}, ${((done * 1000) / gone).toFixed(1)} a second`);
    },
    failure: ({ check, what }) => note(`${check}: ${what}\n making it small`),
    shrink: ({ commands, faults }, tried) =>
      line(` shrinking: ${commands.length} commands and ${faults.length} faults are left after ${tried} tries`),
    note,
    end: () => void (out.isTTY && out.write('\r\u001b[2K')),
  };
}
