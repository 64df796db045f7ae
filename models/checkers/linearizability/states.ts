import type { Call, Model } from './model.ts';

/** Most results of `step` that are kept in one table: 16 MB. */
const KEPT_RESULTS = 4 * 1024 * 1024;
const NOT_KEPT = -2;
/** What an interned state costs, estimated high: objects and an entry in a map; and its texts, which go with its hash. */
const STATE_BYTES = 300;
const BYTES_A_CHARACTER = 6;

/** The result of `step` for a call that could not have given its output. */
export const IMPOSSIBLE = -1;

/**
 * The states of a model as small whole numbers, so that equality is that of numbers and the result of a step is looked up.
 * State 0 is the initial one. Calls are given as classes: those of one class have equal inputs and outputs.
 */
export class States<State, Input, Output> {
  readonly #model: Model<State, Input, Output>;
  readonly #classes: readonly Call<Input, Output>[];
  readonly #states: State[] = [];
  readonly #byHash = new Map<string, number[]>();
  readonly #keptStates: number;
  #results: Int32Array;
  #hashBytes = 0;

  /** `classes`: one call of each class. */
  constructor(model: Model<State, Input, Output>, classes: readonly Call<Input, Output>[]) {
    this.#model = model;
    this.#classes = classes;
    this.#keptStates = Math.floor(KEPT_RESULTS / Math.max(1, classes.length));
    this.#results = new Int32Array(16 * classes.length).fill(NOT_KEPT);
    this.#intern(model.init());
  }

  /** The state after a call of this class, or IMPOSSIBLE. */
  step(state: number, callClass: number): number {
    const slot = state * this.#classes.length + callClass;
    const kept = this.#results[slot];
    if (kept !== undefined && kept !== NOT_KEPT) return kept;
    const call = this.#classes[callClass] as Call<Input, Output>;
    const after = this.#model.step(this.#states[state] as State, call.input, call.output);
    const result = after === undefined ? IMPOSSIBLE : this.#intern(after);
    if (state < this.#keptStates) {
      this.#reserve(slot);
      this.#results[slot] = result;
    }
    return result;
  }

  /** The model's own state that a number stands for. */
  at(state: number): State {
    return this.#states[state] as State;
  }

  /** Bytes in use: the table exactly, states by estimate. */
  get bytes(): number {
    return this.#results.byteLength + this.#hashBytes + this.#states.length * STATE_BYTES;
  }

  #intern(state: State): number {
    const hash = this.#model.hash?.(state) ?? '';
    const bucket = this.#byHash.get(hash);
    const known = bucket?.find((each) => this.#model.equal(this.#states[each] as State, state));
    if (known !== undefined) return known;
    const number = this.#states.push(state) - 1;
    this.#hashBytes += BYTES_A_CHARACTER * hash.length;
    if (bucket === undefined) this.#byHash.set(hash, [number]);
    else bucket.push(number);
    return number;
  }

  #reserve(slot: number): void {
    if (slot < this.#results.length) return;
    const grown = new Int32Array(Math.min(KEPT_RESULTS, Math.max(slot + 1, 2 * this.#results.length))).fill(NOT_KEPT);
    grown.set(this.#results);
    this.#results = grown;
  }
}
