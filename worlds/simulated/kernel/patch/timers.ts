import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import type { SimEvent } from '../heap.ts';
import { type Life, currentLife } from '../life.ts';
import { real } from '../real.ts';
import { type Simulation, currentSimulation } from '../simulation.ts';
import { replace } from './define.ts';

type Callback = (...args: unknown[]) => void;

const numbered = new Map<number, VirtualTimer>();
let lastNumber = 0;

/** Node's own reading of a delay: below 1 and above 2^31-1 is 1. */
const delayOf = (value: unknown): number => {
  const delay = Number(value);
  return delay >= 1 && delay <= 2_147_483_647 ? Math.trunc(delay) : 1;
};

/** Stands for Timeout and Immediate. Bound late to the current simulation: timers of shared packages survive a run. */
class VirtualTimer {
  #event: SimEvent | undefined;
  #simulation: Simulation | undefined;
  #life: Life | undefined;
  #referenced = true;
  #number = 0;
  readonly #delay: number;
  readonly #callback: Callback;
  readonly #args: unknown[];
  #repeats: boolean;

  constructor(delay: number, callback: Callback, args: unknown[], repeats: boolean) {
    if (typeof callback !== 'function') {
      throw Object.assign(new TypeError('The "callback" argument must be of type function.'), {
        code: 'ERR_INVALID_ARG_TYPE',
      });
    }
    this.#delay = delay;
    this.#callback = callback;
    this.#args = args;
    this.#repeats = repeats;
    this.#arm();
  }

  #arm(): void {
    const simulation = currentSimulation();
    if (simulation === undefined) return;
    this.#simulation = simulation;
    this.#life = currentLife();
    this.#event = simulation.after(this.#delay, () => this.#fire());
    this.#count(1);
  }

  #count(by: 1 | -1): void {
    if (this.#referenced && this.#life !== undefined) this.#life.references += by;
  }

  #fire(): void {
    this.#count(-1);
    this.#event = undefined;
    if (this.#repeats) this.#arm();
    this.#callback(...this.#args);
  }

  clear(): void {
    this.#repeats = false;
    numbered.delete(this.#number);
    if (this.#event === undefined) return;
    this.#event.cancelled = true;
    this.#event = undefined;
    this.#count(-1);
  }

  refresh(): this {
    const pending = this.#event;
    if (pending !== undefined) {
      pending.cancelled = true;
      this.#event = undefined;
      if (this.#simulation === currentSimulation()) this.#count(-1);
    }
    this.#arm();
    return this;
  }

  ref(): this {
    if (!this.#referenced) {
      this.#referenced = true;
      if (this.#event !== undefined) this.#count(1);
    }
    return this;
  }

  unref(): this {
    if (this.#referenced) {
      if (this.#event !== undefined) this.#count(-1);
      this.#referenced = false;
    }
    return this;
  }

  hasRef(): boolean {
    return this.#referenced;
  }

  close(): this {
    this.clear();
    return this;
  }

  [Symbol.toPrimitive](): number {
    if (this.#number === 0) {
      this.#number = lastNumber += 1;
      numbered.set(this.#number, this);
    }
    return this.#number;
  }

  [Symbol.dispose](): void {
    this.clear();
  }
}

function clear(timer: unknown): void {
  if (timer instanceof VirtualTimer) timer.clear();
  else if (typeof timer === 'number' || typeof timer === 'string') numbered.get(Number(timer))?.clear();
  else if (timer !== undefined && timer !== null) real.clearTimeout(timer as NodeJS.Timeout);
}

function timer(delay: number, callback: Callback, args: unknown[], repeats: boolean, fallback: () => unknown): unknown {
  return currentSimulation() === undefined ? fallback() : new VirtualTimer(delay, callback, args, repeats);
}

const setTimeout = (callback: Callback, delay?: unknown, ...args: unknown[]): unknown =>
  timer(delayOf(delay), callback, args, false, () => real.setTimeout(callback, Number(delay ?? 0), ...args));
const setInterval = (callback: Callback, delay?: unknown, ...args: unknown[]): unknown =>
  timer(delayOf(delay), callback, args, true, () => real.setInterval(callback, Number(delay ?? 0), ...args));
const setImmediate = (callback: Callback, ...args: unknown[]): unknown =>
  timer(0, callback, args, false, () => real.setImmediate(callback, ...args));

interface WaitOptions {
  readonly signal?: AbortSignal;
  readonly ref?: boolean;
}

/** The promise form of a timer, abortable by its signal with an AbortError as Node's. */
function wait<T>(delay: number, value: T, options: WaitOptions = {}): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const { signal } = options;
    const aborted = (): void =>
      reject(
        Object.assign(new Error('The operation was aborted', { cause: signal?.reason }), {
          name: 'AbortError',
          code: 'ABORT_ERR',
        }),
      );
    if (signal?.aborted) return aborted();
    const onAbort = (): void => {
      clear(handle);
      aborted();
    };
    const handle = (delay === 0 ? setImmediate : setTimeout)(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve(value);
    }, delay);
    if (options.ref === false) (handle as NodeJS.Timeout).unref();
    signal?.addEventListener('abort', onAbort, { once: true });
    return undefined;
  });
}

/** setTimeout and its family, `node:timers`, `node:timers/promises`, `AbortSignal.timeout`. */
export function patchTimers(): void {
  const require = createRequire(import.meta.url);
  const timers = require('node:timers') as object;
  const promises = require('node:timers/promises') as object;
  const sleep = (delay?: unknown, value?: unknown, options?: WaitOptions): Promise<unknown> =>
    wait(delayOf(delay), value, options);
  const immediate = (value?: unknown, options?: WaitOptions): Promise<unknown> => wait(0, value, options);
  Object.defineProperty(setTimeout, promisify.custom, { value: sleep });
  Object.defineProperty(setImmediate, promisify.custom, { value: immediate });
  const patched = {
    setTimeout,
    setInterval,
    setImmediate,
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
  };
  for (const [name, value] of Object.entries(patched)) {
    replace(globalThis, name, value);
    replace(timers, name, value);
  }
  replace(promises, 'setTimeout', sleep);
  replace(promises, 'setImmediate', immediate);
  replace(promises, 'setInterval', async function* interval(delay?: unknown, value?: unknown, options?: WaitOptions) {
    for (;;) yield await wait(delayOf(delay), value, options);
  });
  replace(promises, 'scheduler', {
    wait: (delay: number, options?: WaitOptions) => wait(delay, undefined, options),
    yield: () => immediate(),
  });
  replace(AbortSignal, 'timeout', (delay: number) => {
    const controller = new AbortController();
    // Most of them fire long after the call that they watched: no stack is taken.
    const handle = setTimeout(() => {
      const { stackTraceLimit } = Error;
      Error.stackTraceLimit = 0;
      const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
      Error.stackTraceLimit = stackTraceLimit;
      controller.abort(reason);
    }, delay);
    (handle as NodeJS.Timeout).unref();
    return controller.signal;
  });
}
