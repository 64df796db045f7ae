import { Keyword } from '../values.ts';

/** A value of EDN that a text does not hold, with where it is. */
export class EdnError extends Error {
  override readonly name = 'EdnError';
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** A value and the line on which it begins. */
export interface Located {
  readonly value: unknown;
  readonly line: number;
}

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };
const CHARACTERS: Readonly<Record<string, string>> = { newline: '\n', return: '\r', space: ' ', tab: '\t' };
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
/** How deep collections may lie in each other: more would be a file of brackets, and overflow the stack. */
const DEPTH_LIMIT = 200;

/**
 * Reads EDN (github.com/edn-format/edn): keywords as Keyword, vectors and lists as arrays, maps as Map, sets as Set, whole
 * numbers beyond 2^53 as bigint, symbols and characters as strings. Of a tagged value only the value is kept.
 */
export class EdnReader {
  readonly #text: string;
  readonly #lines = new WeakMap<object, number>();
  #at = 0;
  #line = 1;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next value; undefined at the end of the text. Throws an EdnError. */
  next(): Located | undefined {
    this.#blank();
    if (this.#at >= this.#text.length) return undefined;
    const line = this.#line;
    return { value: this.#value(), line };
  }

  /** The line on which a map begins that this reader has read. */
  lineOf(map: object): number | undefined {
    return this.#lines.get(map);
  }

  /** White space, commas, comments and discarded values. */
  #blank(): void {
    for (; this.#at < this.#text.length; this.#at += 1) {
      const character = this.#text[this.#at];
      if (character === '\n') this.#line += 1;
      else if (character === ';') {
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = (end === -1 ? this.#text.length : end) - 1;
      } else if (character === '#' && this.#text[this.#at + 1] === '_') {
        this.#at += 2;
        this.#member('a value after #_');
        this.#at -= 1;
      } else if (character === undefined || !/[\s,\uFEFF]/.test(character)) return;
    }
  }

  #member(what: string): unknown {
    this.#blank();
    if (this.#at >= this.#text.length) return this.#fail(`${what}, found the end of the file: it seems to be cut off`);
    return this.#value();
  }

  #value(): unknown {
    const character = this.#text[this.#at] as string;
    switch (character) {
      case '"':
        return this.#string();
      case '[':
      case '(':
        return this.#members(character);
      case '{':
        return this.#map();
      case '#':
        return this.#dispatch();
      case '^':
        this.#at += 1;
        this.#member('metadata after ^');
        return this.#member('a value after its metadata');
      case '\\': {
        const name = this.#token(/[^\s,()[\]{}"]/, 2);
        return CHARACTERS[name.slice(1)] ?? name.slice(1);
      }
      default:
        return this.#atom();
    }
  }

  #members(open: string): unknown[] {
    const close = CLOSING[open] as string;
    const from = this.#line;
    const members: unknown[] = [];
    this.#at += 1;
    this.#depth += 1;
    if (this.#depth > DEPTH_LIMIT) this.#fail(`at most ${DEPTH_LIMIT} collections in each other, found more`);
    for (;;) {
      this.#blank();
      if (this.#at >= this.#text.length)
        this.#fail(
          `${close} for the ${open} that begins here, found the end of the file: it seems to be cut off`,
          from,
        );
      if (this.#text[this.#at] === close) break;
      members.push(this.#value());
    }
    this.#at += 1;
    this.#depth -= 1;
    return members;
  }

  #map(): Map<unknown, unknown> {
    const line = this.#line;
    const members = this.#members('{');
    if (members.length % 2 === 1) this.#fail('a value for each key of a map, found a key without one', line);
    const map = new Map<unknown, unknown>();
    for (let i = 0; i < members.length; i += 2) map.set(members[i], members[i + 1]);
    this.#lines.set(map, line);
    return map;
  }

  #dispatch(): unknown {
    const after = this.#text[this.#at + 1];
    if (after === '{') {
      this.#at += 1;
      return new Set(this.#members('{'));
    }
    if (after === '#') {
      const name = this.#token(/[^\s,()[\]{}"]/, 2);
      return name === '##Inf' ? Infinity : name === '##-Inf' ? -Infinity : NaN;
    }
    // A tag, or the namespace of a map's keys: the value alone matters.
    const tag = this.#token(/[^\s,()[\]{}"]/, 1);
    return this.#member(`a value after the tag ${tag}`);
  }

  #string(): string {
    const from = this.#line;
    let value = '';
    for (this.#at += 1; ; this.#at += 1) {
      const character = this.#text[this.#at];
      if (character === undefined)
        return this.#fail('" for the string that begins here, found the end of the file: it seems to be cut off', from);
      if (character === '"') break;
      if (character === '\n') this.#line += 1;
      if (character !== '\\') {
        value += character;
        continue;
      }
      this.#at += 1;
      const escaped = this.#text[this.#at] ?? '';
      const hex = /^[\da-f]{4}/i.exec(this.#text.slice(this.#at + 1, this.#at + 5))?.[0];
      if (escaped === 'u' && hex !== undefined) {
        value += String.fromCodePoint(Number.parseInt(hex, 16));
        this.#at += 4;
      } else value += ESCAPES[escaped] ?? escaped;
    }
    this.#at += 1;
    return value;
  }

  #atom(): unknown {
    const token = this.#token(/[^\s,()[\]{}";]/, 0);
    if (token === 'nil') return null;
    if (token === 'true' || token === 'false') return token === 'true';
    if (token.length > 1 && token.startsWith(':')) return new Keyword(token.slice(1));
    if (/^[+-]?\d+N?$/.test(token)) {
      const whole = BigInt(token.replace(/^\+|N$/g, ''));
      return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
    }
    if (/^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?M?$/.test(token)) return Number(token.replace(/M$/, ''));
    if (/^[A-Za-z*!_?$%&=<>.+\-/][\w*!?$%&=<>.+\-/:#']*$/.test(token)) return token;
    return this.#fail(`a value of EDN, found ${token === '' ? this.#text[this.#at] : token}`);
  }

  #token(within: RegExp, least: number): string {
    let end = this.#at + least;
    while (end < this.#text.length && within.test(this.#text[end] as string)) end += 1;
    const token = this.#text.slice(this.#at, end);
    this.#at = end;
    return token;
  }

  #fail(problem: string, line = this.#line): never {
    throw new EdnError(`expected ${problem}`, line);
  }
}
