import type { History, Operation, PendingOperation, WorldClock } from '../../contract/index.ts';

type Answer = Partial<Pick<Operation, 'result' | 'error'>>;

/** The history of a run: operations in the order of their invocation, stamped by the run's clock. */
export class RecordedHistory implements History {
  readonly #operations: Operation[] = [];
  readonly #clock: WorldClock;
  #pending = 0;

  constructor(clock: WorldClock) {
    this.#clock = clock;
  }

  get operations(): readonly Operation[] {
    return this.#operations;
  }

  /** How many operations are under way. */
  get pending(): number {
    return this.#pending;
  }

  invoke(process: string, name: string, input: Operation['input']): PendingOperation {
    const id = this.#operations.length;
    const invoked = { id, process, name, input, invokedAt: this.#clock.now(), outcome: 'info' } as const;
    this.#operations.push(invoked);
    this.#pending += 1;
    const complete = (outcome: Operation['outcome'], answer: Answer): void => {
      if (this.#operations[id] !== invoked) throw new Error(`operation ${id} (${name}) was completed twice`);
      this.#operations[id] = { ...invoked, outcome, completedAt: this.#clock.now(), ...answer };
      this.#pending -= 1;
    };
    return {
      ok: (result) => complete('ok', { result }),
      fail: (error, result) => complete('fail', result === undefined ? { error } : { error, result }),
      info: (error, result) => complete('info', result === undefined ? { error } : { error, result }),
    };
  }
}
