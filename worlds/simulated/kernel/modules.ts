import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type vm from 'node:vm';
import { type Exports, ModuleFunction } from './module-function.ts';
import { OwnModule } from './own-module.ts';
import { stripTypes } from './strip-types.ts';

/** Without these flags of Node's there is no module graph for each life. */
const FLAGS = ['--experimental-vm-modules', '--experimental-import-meta-resolve'];

/** @throws where this process was started without what `importEntry` needs */
export function assertModuleFlags(): void {
  const missing = FLAGS.filter(
    (flag) => !process.execArgv.includes(flag) && !process.env['NODE_OPTIONS']?.includes(flag),
  );
  if (missing.length > 0)
    throw new Error(
      `a process that simulates is started as: node ${FLAGS.join(' ')} …; ${missing.join(' and ')} is missing`,
    );
}

/** A source as this process knows it. */
interface Known {
  readonly made: ModuleFunction;
  /** Where what it imports leads, by specifier. */
  readonly leads: ReadonlyMap<string, Lead>;
}

interface Lead {
  readonly url: string;
  readonly attributes: Attributes;
}

type Attributes = vm.ModuleRequest['attributes'];

const sources = new Map<string, string>();
/** JavaScript in place of what the disk has, by real path. */
let overlay: ReadonlyMap<string, string> = new Map();
/** By text and by URL. */
const known = new Map<string, Map<string, Known>>();
/** Where a specifier leads, by parent and specifier. */
const resolved = new Map<string, string>();
/** Packages and built-ins, by URL: each is loaded once a process and shared by all lives. */
const shared = new Map<string, Exports>();

const isOwn = (url: string): boolean => url.startsWith('file:') && !url.includes('/node_modules/');
const isEsm = (url: string): boolean => /\.(mts|ts|mjs|js)$/.test(url);
const belongsToLife = (url: string): boolean => isOwn(url) && isEsm(url);

/** JavaScript of a module, read once a process and synchronously: loading must not wait for the thread pool. */
function source(path: string): string {
  let text = overlay.get(path) ?? sources.get(path);
  if (text === undefined) {
    text = readFileSync(path, 'utf8');
    if (/\.m?ts$/.test(path)) text = stripTypes(text);
    sources.set(path, text);
  }
  return text;
}

/**
 * From the next life on these sources, by path from the working folder, stand in place of the disk's; those of the call
 * before do not. Paths stay what they are, so that a trace or a stack shows no other folder.
 */
export function overlaySources(files: Readonly<Record<string, string>>): void {
  overlay = new Map(
    Object.entries(files).map(([file, text]) => [realpathSync(file), /\.m?ts$/.test(file) ? stripTypes(text) : text]),
  );
}

function resolve(specifier: string, parent: string): string {
  const key = `${parent}\n${specifier}`;
  let url = resolved.get(key);
  if (url === undefined) {
    url = import.meta.resolve(specifier, parent);
    resolved.set(key, url);
  }
  return url;
}

/** @throws SyntaxError that names the file */
function know(url: string): Known {
  try {
    return read(url);
  } catch (error) {
    if (error instanceof SyntaxError) error.message = `${fileURLToPath(url)}: ${error.message}`;
    throw error;
  }
}

function read(url: string): Known {
  const text = source(fileURLToPath(url));
  const ofText = known.get(text) ?? new Map<string, Known>();
  known.set(text, ofText);
  let found = ofText.get(url);
  if (found === undefined) {
    const made = new ModuleFunction(url, text);
    const leads = made.text.requests.map(
      ({ specifier, attributes }) => [specifier, { url: resolve(specifier, url), attributes }] as const,
    );
    found = { made, leads: new Map(leads) };
    ofText.set(url, found);
  }
  return found;
}

/**
 * The modules of one life. Own ones (not those in node_modules) run again for each, so that their state dies with it; they are closures of
 * functions that are compiled once a process (module-function.ts), since Node frees no instance of a real module
 * (nodejs/node#59118) and V8 learns nothing from one for the next. Packages are shared.
 */
class Graph {
  readonly #modules = new Map<string, OwnModule>();
  readonly #missing = new Map<string, Attributes>();

  /** The module of `url` and, not yet linked, all that it imports. */
  add(url: string, isMain = false): OwnModule {
    const added = this.#modules.get(url);
    if (added !== undefined) return added;
    const { made, leads } = know(url);
    const module = new OwnModule(
      url,
      made,
      {
        resolve: (specifier) => resolve(specifier, url),
        exportsOf: (specifier) => this.#exportsOf(leads.get(specifier)?.url ?? ''),
        import: (specifier, attributes) => this.#import(resolve(specifier, url), attributes),
      },
      isMain,
    );
    this.#modules.set(url, module);
    for (const { url: wanted, attributes } of leads.values()) {
      if (belongsToLife(wanted)) module.imports.push(this.add(wanted));
      else if (!shared.has(wanted)) this.#missing.set(wanted, attributes);
    }
    return module;
  }

  /** Loads packages that no life has used yet. */
  async loadMissing(): Promise<void> {
    for (const [url, attributes] of this.#missing) await load(url, attributes);
    this.#missing.clear();
  }

  get complete(): boolean {
    return this.#missing.size === 0;
  }

  /** Who imports what waits has to wait. */
  link(): void {
    for (let again = true; again;) {
      again = false;
      for (const module of this.#modules.values()) {
        if (module.waits || !module.imports.some(({ waits }) => waits)) continue;
        module.waits = true;
        again = true;
      }
    }
  }

  #exportsOf(url: string): Exports {
    return (this.#modules.get(url)?.exports ?? shared.get(url)) as Exports;
  }

  async #import(url: string, attributes: ImportAttributes): Promise<unknown> {
    if (!belongsToLife(url)) return await import(url, { with: attributes });
    const module = this.add(url);
    if (!this.complete) await this.loadMissing();
    this.link();
    await module.evaluate();
    return module.exports;
  }
}

/** What a package or built-in exports, for the `require` of a module's function. */
async function load(url: string, attributes: Attributes): Promise<void> {
  const namespace = (await import(url, { with: attributes as ImportAttributes })) as Exports;
  shared.set(url, { ...namespace, __esModule: true });
}

/**
 * Imports `entry` as the main module of a life. `onLinked` is called when its whole graph has been loaded and before any of it
 * runs; the promise settles when its evaluation (top-level await included) has.
 */
export async function importEntry(entry: string, onLinked: () => void): Promise<void> {
  const graph = new Graph();
  const main = graph.add(pathToFileURL(realpathSync(entry)).href, true);
  if (!graph.complete) await graph.loadMissing();
  graph.link();
  onLinked();
  await main.evaluate();
}

/**
 * Loads the packages that the graph of `entry` imports. Before a run: a first load takes loop turns, so that of processes that start at
 * one instant another would be the first to speak than when everything is there.
 */
export async function loadPackages(entry: string): Promise<void> {
  const graph = new Graph();
  graph.add(pathToFileURL(realpathSync(entry)).href);
  await graph.loadMissing();
}
