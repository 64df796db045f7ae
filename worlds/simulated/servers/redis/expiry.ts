import type { RedisHost } from './types.ts';

interface Due {
  readonly at: number;
  readonly order: number;
  readonly database: number;
  readonly key: string;
}

/** Node's timers cannot wait longer; the timer is set again then. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

function before(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/**
 * Calls `expire` for each key at its time, in order of time and then of setting, by one timer for the earliest.
 * Entries are not taken out when a key loses its expiry: `current` says what still holds, and the heap is rebuilt when
 * most of it is stale.
 */
export class Expiry {
  readonly #host: RedisHost;
  readonly #current: (database: number, key: string) => number | undefined;
  readonly #expire: (database: number, key: string) => void;
  #heap: Due[] = [];
  #order = 0;
  #rebuildAt = 1024;
  #timer: { readonly at: number; readonly handle: { cancel(): void } } | undefined;

  constructor(
    host: RedisHost,
    current: (database: number, key: string) => number | undefined,
    expire: (database: number, key: string) => void,
  ) {
    this.#host = host;
    this.#current = current;
    this.#expire = expire;
  }

  /** A key got the expiry `at`, ms since the epoch. */
  add(database: number, key: string, at: number): void {
    this.#push({ at, order: (this.#order += 1), database, key });
    if (this.#heap.length > this.#rebuildAt) this.#rebuild();
    this.#arm();
  }

  /** Stops the timer for good. */
  close(): void {
    this.#timer?.handle.cancel();
    this.#timer = undefined;
    this.#heap = [];
  }

  #rebuild(): void {
    const live = this.#heap.filter((due) => this.#current(due.database, due.key) === due.at);
    live.sort((a, b) => (before(a, b) ? -1 : 1)); // a sorted array is a heap
    this.#heap = live;
    this.#rebuildAt = Math.max(1024, live.length * 2);
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || (this.#timer !== undefined && this.#timer.at <= first.at)) return;
    this.#timer?.handle.cancel();
    const delay = Math.min(LONGEST_WAIT_MS, Math.max(0, first.at - this.#host.now()));
    this.#timer = { at: first.at, handle: this.#host.after(delay, () => this.#fire()) };
  }

  #fire(): void {
    this.#timer = undefined;
    const now = this.#host.now();
    for (let first = this.#heap[0]; first !== undefined && first.at <= now; first = this.#heap[0]) {
      this.#pop();
      if (this.#current(first.database, first.key) === first.at) this.#expire(first.database, first.key);
    }
    this.#arm();
  }

  #push(due: Due): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parentAt = (at - 1) >>> 1;
      const parent = heap[parentAt];
      if (parent === undefined || before(parent, due)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = due;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let childAt = 2 * at + 1;
      let child = heap[childAt];
      const right = heap[childAt + 1];
      if (child !== undefined && right !== undefined && before(right, child)) {
        childAt += 1;
        child = right;
      }
      if (child === undefined || before(last, child)) break;
      heap[at] = child;
      at = childAt;
    }
    heap[at] = last;
  }
}
