import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import type { Debugger, Profiler } from 'node:inspector';
import { join } from 'node:path';
import { structuredPatch } from 'diff';

type Range = Profiler.CoverageRange;

/**
 * Tells of each run in this process whether functions that a planted bug has changed were called: V8's precise coverage, by the lines that differ
 * from the disk's. A world compiles a source line by line as it stands, so that lines are the same.
 */
export class Touched {
  readonly #session = new Session();
  /** Changed lines, from 0, by path from the root. */
  readonly #changed: ReadonlyMap<string, readonly number[]>;
  readonly #texts = new Map<string, string>();
  #watching = false;

  constructor(root: string, sources: Readonly<Record<string, string>>) {
    this.#changed = new Map(
      Object.entries(sources).map(([path, text]) => [path, changedLines(readFileSync(join(root, path), 'utf8'), text)]),
    );
    this.#session.connect();
    this.#session.on('Debugger.scriptParsed', ({ params }) => this.#parsed(params));
  }

  /** Begins to count calls, or leaves off: V8 optimizes nothing while they are counted. */
  watch(on: boolean): void {
    if (on === this.#watching) return;
    this.#watching = on;
    if (on) {
      this.#session.post('Debugger.enable');
      this.#session.post('Profiler.enable');
      this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    } else {
      this.#session.post('Profiler.stopPreciseCoverage');
      this.#session.post('Profiler.disable');
      this.#session.post('Debugger.disable');
    }
  }

  #parsed({ url, scriptId }: Debugger.ScriptParsedEventDataType): void {
    if (this.#pathOf(url) === undefined) return;
    this.#session.post('Debugger.getScriptSource', { scriptId }, (error, found) => {
      if (error === null) this.#texts.set(scriptId, found.scriptSource);
    });
  }

  #pathOf(url: string): string | undefined {
    return [...this.#changed.keys()].find((path) => url.endsWith(`/${path}`));
  }

  /** Since it was asked last, while it watches. */
  take(): boolean {
    let touched = false;
    this.#session.post('Profiler.takePreciseCoverage', (error, coverage) => {
      if (error !== null) throw error;
      touched = coverage.result.some(({ url, scriptId, functions }) => {
        const lines = this.#changed.get(this.#pathOf(url) ?? '') ?? [];
        const text = this.#texts.get(scriptId);
        return (
          text !== undefined &&
          called(
            text,
            lines,
            functions.flatMap(({ ranges }) => ranges.slice(0, 1)),
          )
        );
      });
    });
    return touched;
  }
}

/** Whether the innermost function around one of the lines has been called. */
export function called(text: string, lines: readonly number[], functions: readonly Range[]): boolean {
  const starts = text.split('\n').reduce((all, line) => [...all, (all.at(-1) ?? 0) + line.length + 1], [0]);
  return lines.some((line) => {
    const from = starts[line] ?? 0;
    const at = from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0);
    const around = functions.filter(({ startOffset, endOffset }) => startOffset <= at && at < endOffset);
    const innermost = around.toSorted((a, b) => a.endOffset - a.startOffset - (b.endOffset - b.startOffset))[0];
    return (innermost?.count ?? 0) > 0;
  });
}

/** Lines of `changed`, from 0, that `from` does not have; where lines were taken out, the one that came in their place. */
export function changedLines(from: string, changed: string): readonly number[] {
  const { hunks } = structuredPatch('', '', from, changed, '', '', { context: 0 });
  return hunks.flatMap(({ newStart, newLines }) =>
    Array.from({ length: Math.max(1, newLines) }, (_, index) => newStart - 1 + index),
  );
}
