/** Words before the bits of a remembered configuration: hash, state, first word kept, words kept. */
const HEAD = 4;
const FIRST_SLOTS = 256;
const FIRST_WORDS = 1024;

/**
 * The configurations (calls that have taken effect, state) that a search has been in: Lowe's memoisation (2017). A set of
 * calls is kept as the words from the first that is not all ones to the last that is not all zeros, so that its size goes with
 * how many calls overlap and not with the length of the history.
 */
export class Seen {
  readonly #limitBytes: number;
  #slots = new Int32Array(FIRST_SLOTS);
  #words = new Int32Array(FIRST_WORDS);
  #used = 1;
  #count = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get bytes(): number {
    return this.#slots.byteLength + this.#words.byteLength;
  }

  /**
   * Remembers a configuration. `low` and `high` bound the words of definite calls that are kept; words from `tail` on, the
   * calls of which nobody knows, are kept whole. False: it was there; undefined: there is no room for it.
   */
  add(bits: Int32Array, low: number, high: number, tail: number, state: number, hash: number): boolean | undefined {
    const mask = this.#slots.length - 1;
    const middle = Math.max(0, high - low + 1);
    let slot = hash & mask;
    for (let at = this.#slots[slot] as number; at !== 0; at = this.#slots[slot] as number) {
      if (this.#same(at, bits, low, middle, tail, state, hash)) return false;
      slot = (slot + 1) & mask;
    }
    const size = HEAD + middle + bits.length - tail;
    if (!this.#reserve(size)) return undefined;
    const words = this.#words;
    const at = this.#used;
    words[at] = hash;
    words[at + 1] = state;
    words[at + 2] = low;
    words[at + 3] = middle;
    let to = at + HEAD;
    for (let i = low; i < low + middle; i += 1) words[to++] = bits[i] as number;
    for (let i = tail; i < bits.length; i += 1) words[to++] = bits[i] as number;
    this.#used = to;
    this.#count += 1;
    this.#slots[slot] = at;
    return 2 * this.#count <= this.#slots.length || this.#rehash() ? true : undefined;
  }

  #same(at: number, bits: Int32Array, low: number, middle: number, tail: number, state: number, hash: number): boolean {
    const words = this.#words;
    if (words[at] !== hash || words[at + 1] !== state || words[at + 2] !== low || words[at + 3] !== middle)
      return false;
    let to = at + HEAD;
    for (let i = low; i < low + middle; i += 1) if (words[to++] !== bits[i]) return false;
    for (let i = tail; i < bits.length; i += 1) if (words[to++] !== bits[i]) return false;
    return true;
  }

  #reserve(size: number): boolean {
    if (this.#used + size <= this.#words.length) return true;
    const length = Math.max(2 * this.#words.length, this.#used + size);
    // While it is copied both are there.
    if (4 * length + this.bytes > this.#limitBytes) return false;
    const grown = new Int32Array(length);
    grown.set(this.#words);
    this.#words = grown;
    return true;
  }

  #rehash(): boolean {
    const length = 2 * this.#slots.length;
    if (4 * length + this.bytes > this.#limitBytes) return false;
    const slots = new Int32Array(length);
    const words = this.#words;
    for (const at of this.#slots) {
      if (at === 0) continue;
      let slot = (words[at] as number) & (length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (length - 1);
      slots[slot] = at;
    }
    this.#slots = slots;
    return true;
  }
}
