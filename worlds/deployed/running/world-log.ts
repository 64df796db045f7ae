import type { LogLine, Ms } from '../../../contract/index.ts';

/** What the world did to its parts and saw of them, for the journal. */
export class WorldLog {
  readonly lines: LogLine[] = [];
  readonly #now: () => Ms;

  constructor(now: () => Ms) {
    this.#now = now;
  }

  /** @param source container or proxy */
  note(source: string, text: string): void {
    this.lines.push({ at: this.#now(), source, text });
  }
}
