import { matches } from '../subjects.ts';

/** A message that a stream holds. */
export interface Stored {
  readonly sequence: number;
  readonly subject: string;
  readonly headers: Buffer | undefined;
  readonly payload: Buffer;
  /** Wall clock of the leader, ms. */
  readonly time: number;
  /** As the real server's store counts it. */
  readonly bytes: number;
}

/** What a stream holds, by sequence. */
export class Store {
  firstSequence = 0;
  lastSequence = 0;
  lastTime: number | undefined;
  bytes = 0;
  readonly #messages = new Map<number, Stored>();
  readonly #bySubject = new Map<string, Set<number>>();
  readonly #inMemory: boolean;

  constructor(inMemory: boolean, firstSequence = 0) {
    this.#inMemory = inMemory;
    if (firstSequence > 1) {
      this.firstSequence = firstSequence;
      this.lastSequence = firstSequence - 1;
    }
  }

  get size(): number {
    return this.#messages.size;
  }

  get firstTime(): number | undefined {
    return this.#messages.get(this.firstSequence)?.time;
  }

  get subjects(): number {
    return this.#bySubject.size;
  }

  /** Sequences between the first and the last that are gone. */
  get deleted(): number {
    return this.size === 0 ? 0 : this.lastSequence - this.firstSequence + 1 - this.size;
  }

  /** Bytes of a message, as the file store and the memory store count them. */
  bytesOf(subject: string, headers: Buffer | undefined, payload: Buffer): number {
    const own = Buffer.byteLength(subject) + (headers?.length ?? 0) + payload.length;
    if (this.#inMemory) return own + 16;
    return own + 30 + (headers === undefined ? 0 : 4);
  }

  add(subject: string, headers: Buffer | undefined, payload: Buffer, time: number): Stored {
    const sequence = this.lastSequence + 1;
    const stored = { sequence, subject, headers, payload, time, bytes: this.bytesOf(subject, headers, payload) };
    if (this.size === 0) this.firstSequence = sequence;
    this.lastSequence = sequence;
    this.lastTime = time;
    this.bytes += stored.bytes;
    this.#messages.set(sequence, stored);
    const own = this.#bySubject.get(subject);
    if (own === undefined) this.#bySubject.set(subject, new Set([sequence]));
    else own.add(sequence);
    return stored;
  }

  get(sequence: number): Stored | undefined {
    return this.#messages.get(sequence);
  }

  remove(sequence: number): Stored | undefined {
    const stored = this.#messages.get(sequence);
    if (stored === undefined) return undefined;
    this.#messages.delete(sequence);
    this.bytes -= stored.bytes;
    const own = this.#bySubject.get(stored.subject);
    own?.delete(sequence);
    if (own?.size === 0) this.#bySubject.delete(stored.subject);
    if (sequence === this.firstSequence) {
      if (this.size === 0) this.firstSequence = this.lastSequence + 1;
      else while (!this.#messages.has(this.firstSequence)) this.firstSequence += 1;
    }
    return stored;
  }

  /** The next message at or after `from` whose subject falls under one of the filters (none: all). */
  next(from: number, filters: readonly string[] = []): Stored | undefined {
    for (let sequence = Math.max(from, this.firstSequence); sequence <= this.lastSequence; sequence += 1) {
      const stored = this.#messages.get(sequence);
      if (stored !== undefined && fits(stored.subject, filters)) return stored;
    }
    return undefined;
  }

  /** The last message of a subject, wildcards allowed, up to a sequence. */
  last(filter: string, upTo: number = this.lastSequence): Stored | undefined {
    let best = 0;
    for (const [subject, sequences] of this.#bySubject) {
      if (!matches(subject, filter)) continue;
      for (const sequence of sequences) if (sequence <= upTo && sequence > best) best = sequence;
    }
    return this.#messages.get(best);
  }

  /** Subjects that fall under a filter, with the sequences of each in order. */
  *under(filter: string): Generator<readonly [subject: string, sequences: ReadonlySet<number>]> {
    for (const entry of this.#bySubject) if (matches(entry[0], filter)) yield entry;
  }

  sequencesOf(subject: string): ReadonlySet<number> {
    return this.#bySubject.get(subject) ?? new Set();
  }

  /** How many messages at or after `from` fall under the filters. */
  count(from: number, filters: readonly string[] = []): number {
    if (filters.length === 0 && from <= this.firstSequence) return this.size;
    let count = 0;
    for (const stored of this.#messages.values()) {
      if (stored.sequence >= from && fits(stored.subject, filters)) count += 1;
    }
    return count;
  }

  /** Oldest first. */
  values(): Iterable<Stored> {
    return this.#messages.values();
  }

  /** Forgets everything before `sequence`, present or not. */
  compact(sequence: number): void {
    if (this.size === 0 && sequence > this.firstSequence) {
      this.firstSequence = sequence;
      this.lastSequence = Math.max(this.lastSequence, sequence - 1);
    }
  }
}

export function fits(subject: string, filters: readonly string[]): boolean {
  return filters.length === 0 || filters.some((filter) => matches(subject, filter));
}
