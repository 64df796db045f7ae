import { Session } from 'node:inspector';
import type { Lines } from './changed-lines.ts';

/** How often commands of a name were begun, and after how many of them changed code was carried out before the next command began. */
export interface TouchedBy {
  readonly begun: number;
  readonly touched: number;
}

/** Where the conditions of breakpoints find it. */
const HIT = Symbol.for('faultline.touched');

/**
 * Tells when code that a planted bug has changed is carried out, and by which commands: breakpoints stand on its lines, and their
 * condition notes that it was asked and is never true. A world compiles a source line by line as it stands, so that lines are the same. A debugger that
 * is there at all costs a seventh of the speed.
 */
export class Touched {
  #counts: Record<string, { begun: number; touched: number }> = {};
  #command = '';
  #seen = false;
  #next = Promise.withResolvers<void>();

  constructor(lines: Lines) {
    const session = new Session();
    session.connect();
    Object.defineProperty(globalThis, HIT, { value: () => this.#hit(), configurable: true });
    session.post('Debugger.enable');
    for (const [path, numbers] of Object.entries(lines))
      for (const lineNumber of numbers)
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
    this.#next.resolve();
    if (this.#seen) return false;
    this.#seen = true;
    this.#of(this.#command, 1).touched += 1;
    return false;
  }

  #of(command: string, begun: number): { begun: number; touched: number } {
    return (this.#counts[command] ??= { begun, touched: 0 });
  }

  /** Resolves when such code is carried out for the next time, in the event in which it is. */
  next(): Promise<void> {
    this.#next = Promise.withResolvers();
    return this.#next.promise;
  }

  /** A command begins: what is carried out from now on is laid to it. */
  begins(command: string): void {
    this.#command = command;
    this.#seen = false;
    this.#of(command, 0).begun += 1;
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
