import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Exports, ModuleFunction } from './module-function.ts';

/** Where a module's specifiers lead in its life. */
export interface Surroundings {
  readonly resolve: (specifier: string) => string;
  /** Of what it imports statically. */
  readonly exportsOf: (specifier: string) => Exports;
  readonly import: (specifier: string, attributes: ImportAttributes) => Promise<unknown>;
}

/** A module of one life: its exports, and that it runs once. */
export class OwnModule {
  readonly url: string;
  readonly exports: Exports = { __esModule: true };
  /** What it imports that belongs to the life too, in order. */
  readonly imports: OwnModule[] = [];
  /** It, or something that it imports, has an `await` at its top level. */
  waits: boolean;
  readonly #made: ModuleFunction;
  readonly #surroundings: Surroundings;
  readonly #isMain: boolean;
  #state: 'new' | 'running' | 'done' | 'failed' = 'new';
  /** A promise when it waits; what it has thrown. */
  #outcome: unknown;

  constructor(url: string, made: ModuleFunction, surroundings: Surroundings, isMain: boolean) {
    this.url = url;
    this.#made = made;
    this.#surroundings = surroundings;
    this.#isMain = isMain;
    this.waits = made.text.waits;
  }

  /** Runs it, after all that it imports, once. Returns a promise when it waits; throws, or rejects with, what it has thrown, each time. */
  evaluate(): unknown {
    if (this.#state === 'failed') throw this.#outcome;
    if (this.#state !== 'new') return this.#outcome;
    this.#state = 'running';
    try {
      this.#outcome = this.#run();
    } catch (error) {
      this.#state = 'failed';
      this.#outcome = error;
      throw error;
    }
    if (this.waits) void this.#settle(this.#outcome as Promise<void>);
    else this.#state = 'done';
    return this.#outcome;
  }

  #run(): unknown {
    const { resolve, exportsOf, import: load } = this.#surroundings;
    const filename = fileURLToPath(this.url);
    return this.#made.body(this.waits)(
      exportsOf,
      this.exports,
      () => (this.waits ? this.#awaitImports() : this.#runImports()),
      { url: this.url, filename, dirname: dirname(filename), main: this.#isMain, resolve },
      (specifier, { with: attributes = {} } = {}) => load(specifier, attributes),
    );
  }

  async #settle(done: Promise<void>): Promise<void> {
    try {
      await done;
    } catch {
      // Whoever waits for it hears of it.
    } finally {
      this.#state = 'done';
    }
  }

  #runImports(): void {
    for (const module of this.imports) module.evaluate();
  }

  /** One that is running has led to this one, so that waiting for it would have no end. */
  async #awaitImports(): Promise<void> {
    for (const module of this.imports) if (module.#state !== 'running') await module.evaluate();
  }
}
