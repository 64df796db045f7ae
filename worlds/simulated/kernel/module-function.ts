import vm from 'node:vm';
import { type ModuleText, moduleText } from './module-text.ts';

/** What a module exports, by name. */
export type Exports = Record<string, unknown>;

/** The module itself: called once for each life. Returns a promise where the module waits. */
export type Body = (
  require: (specifier: string) => Exports,
  exports: Exports,
  /** Evaluates what it imports. */
  imports: () => unknown,
  meta: object,
  dynamicImport: (specifier: string, options?: ImportCallOptions) => Promise<unknown>,
) => unknown;

const PARAMETERS = 'require, exports, $imports, $meta, $import';

/** A module's source, made a function once a process: its code stays hot from one life to the next. */
export class ModuleFunction {
  readonly #bodies = new Map<boolean, Body>();
  readonly #url: string;
  readonly text: ModuleText;

  constructor(url: string, source: string) {
    this.#url = url;
    this.text = moduleText(source);
  }

  /** @param waits for what it imports, or for something of its own */
  body(waits: boolean): Body {
    let body = this.#bodies.get(waits);
    if (body === undefined) {
      body = this.#compile(waits);
      this.#bodies.set(waits, body);
    }
    return body;
  }

  /** All that is added stands on the first line, so that a stack names the lines of the source. */
  #compile(waits: boolean): Body {
    const { code, hoisted } = this.text;
    const [async, wait] = waits ? ['async ', 'await '] : ['', ''];
    const head = `(${async}function (${PARAMETERS}) { 'use strict'; ${hoisted} ${wait}$imports(); `;
    return new vm.Script(`${head}${code}\n})`, { filename: this.#url }).runInThisContext() as Body;
  }
}
