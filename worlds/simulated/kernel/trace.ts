/**
 * Hash over what happened in a run: connections, messages, statements, process lives, log lines, alerts, each with its
 * virtual instant. Not in it: byte counts and real process ids (PostgreSQL's error texts hold both).
 */
export class Trace {
  #low = 0x811c9dc5;
  #high = 0x9e3779b9;
  #count = 0;
  readonly #kept: string[] | undefined;

  /** @param keep keeps each event's text, to show the first difference of a replay. */
  constructor(keep: boolean) {
    this.#kept = keep ? [] : undefined;
  }

  get keeps(): boolean {
    return this.#kept !== undefined;
  }

  /** `detail` is kept with the event's text, and is no part of the hash. */
  add(at: number, what: string, detail = ''): void {
    this.#count += 1;
    const text = `${at.toFixed(3)} ${what}`;
    let low = this.#low;
    let high = this.#high;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      low = Math.imul(low ^ code, 0x01000193);
      high = Math.imul(high ^ code, 0x85ebca6b) ^ (high >>> 15);
    }
    this.#low = low;
    this.#high = high;
    this.#kept?.push(detail === '' ? text : `${text} | ${detail}`);
  }

  get events(): readonly string[] {
    return this.#kept ?? [];
  }

  /** 16 hexadecimal digits and the number of events. */
  get hash(): string {
    const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
    return `${hex(this.#low)}${hex(this.#high)}:${this.#count}`;
  }
}
