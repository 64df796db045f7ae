import type { Life } from './life.ts';

/** Something that happens at an instant. Events of one instant run in the order in which they were scheduled. */
export interface SimEvent {
  /** Virtual ms since the start of the run. */
  at: number;
  /** Order within an instant. */
  sequence: number;
  readonly run: () => void;
  /** The process life in whose name it runs; undefined: the world itself (network, servers, harness). */
  readonly life: Life | undefined;
  cancelled: boolean;
}

const before = (a: SimEvent, b: SimEvent): boolean => a.at < b.at || (a.at === b.at && a.sequence < b.sequence);

/** Binary heap ordered by (time, sequence). */
export class EventHeap {
  readonly #events: SimEvent[] = [];

  get size(): number {
    return this.#events.length;
  }

  push(event: SimEvent): void {
    const events = this.#events;
    let index = events.length;
    events.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = events[parent] as SimEvent;
      if (before(above, event)) break;
      events[index] = above;
      index = parent;
    }
    events[index] = event;
  }

  pop(): SimEvent | undefined {
    const events = this.#events;
    const first = events[0];
    const last = events.pop();
    if (first === undefined || last === undefined || events.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= events.length) break;
      const right = events[child + 1];
      if (right !== undefined && before(right, events[child] as SimEvent)) child += 1;
      const below = events[child] as SimEvent;
      if (before(last, below)) break;
      events[index] = below;
      index = child;
    }
    events[index] = last;
    return first;
  }
}
