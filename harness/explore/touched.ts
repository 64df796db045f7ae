import { Session } from 'node:inspector';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { structuredPatch } from 'diff';

/** How often commands of a name were begun, and after how many of them changed code was carried out before the next command began. */
export interface TouchedBy {
  readonly begun: number;
  readonly touched: number;
}

/** Where the conditions of breakpoints find it. */
const HIT = Symbol.for('faultline.touched');

/**
 * Tells which commands carry out code that a planted bug has changed: breakpoints stand on the lines that differ from the disk's, and their
 * condition notes that it was asked and is never true. A world compiles a source line by line as it stands, so that lines are the same. A debugger that
 * is there at all costs a seventh of the speed.
 */
export class Touched {
  #counts: Record<string, { begun: number; touched: number }> = {};
  #command = '';
  #seen = false;

  constructor(root: string, sources: Readonly<Record<string, string>>) {
    const session = new Session();
    session.connect();
    Object.defineProperty(globalThis, HIT, { value: () => this.#hit() });
    session.post('Debugger.enable');
    for (const [path, text] of Object.entries(sources))
      for (const lineNumber of changedLines(readFileSync(join(root, path), 'utf8'), text))
        session.post(
          'Debugger.setBreakpointByUrl',
          {
            lineNumber,
            urlRegex: `${RegExp.escape(`/${path}`)}($|\\?)`,
            condition: `globalThis[Symbol.for('${HIT.description}')]()`,
          },
          (error) => {
            if (error !== null) throw error;
          },
        );
  }

  #hit(): boolean {
    if (this.#seen) return false;
    this.#seen = true;
    (this.#counts[this.#command] ??= { begun: 1, touched: 0 }).touched += 1;
    return false;
  }

  /** A command begins: what is carried out from now on is laid to it. */
  begins(command: string): void {
    this.#command = command;
    this.#seen = false;
    (this.#counts[command] ??= { begun: 0, touched: 0 }).begun += 1;
  }

  /** Since it was asked last. What came before the first command is laid to the name ''. */
  take(): Readonly<Record<string, TouchedBy>> {
    const counts = this.#counts;
    this.#counts = {};
    this.#command = '';
    this.#seen = false;
    return counts;
  }
}

/** Lines of `changed`, from 0, that `from` does not have; where lines were taken out, the one that came in their place. */
export function changedLines(from: string, changed: string): readonly number[] {
  const { hunks } = structuredPatch('', '', from, changed, '', '', { context: 0 });
  return hunks.flatMap(({ newStart, newLines }) =>
    Array.from({ length: Math.max(1, newLines) }, (_, index) => newStart - 1 + index),
  );
}
