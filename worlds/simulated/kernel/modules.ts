import { readFileSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import vm from 'node:vm';
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

const sources = new Map<string, string>();
/** JavaScript in place of what the disk has, by real path. */
let overlay: ReadonlyMap<string, string> = new Map();
/** What V8 made of a text before, by text: a sixth of the time of compiling. */
const compiled = new Map<string, Buffer>();
/** Where a specifier leads, by parent and specifier. */
const resolved = new Map<string, string>();
/** Packages and built-ins, by URL: each is loaded once a process and shared by all lives. */
const shared = new Map<string, vm.Module>();

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

/** @types/node does not know it. */
type CachedModule = vm.SourceTextModule & { createCachedData(): Buffer };

/**
 * The modules of one life: own ones (not those in node_modules) are instances of its own, so that their state dies with
 * it. Packages stay shared. Node frees no instance of a module (nodejs/node#59118), so a process that has done many runs is replaced.
 */
class Graph {
  readonly #modules = new Map<string, vm.SourceTextModule>();
  readonly #linked = new Set<vm.SourceTextModule>();
  readonly #missing = new Map<string, vm.ModuleRequest['attributes']>();

  /** The module of `url` and, unlinked, all that it imports. */
  add(url: string, isMain = false): vm.SourceTextModule {
    const known = this.#modules.get(url);
    if (known !== undefined) return known;
    const path = fileURLToPath(url);
    const text = source(path);
    const cachedData = compiled.get(text);
    const module = new vm.SourceTextModule(text, {
      identifier: url,
      ...(cachedData === undefined ? {} : { cachedData }),
      initializeImportMeta: (meta) =>
        Object.assign(meta, {
          url,
          filename: path,
          dirname: dirname(path),
          main: isMain,
          resolve: (specifier: string) => resolve(specifier, url),
        }),
      importModuleDynamically: (specifier, _, attributes) => this.#import(resolve(specifier, url), attributes),
    });
    if (cachedData === undefined) compiled.set(text, (module as CachedModule).createCachedData());
    this.#modules.set(url, module);
    for (const { specifier, attributes } of module.moduleRequests) {
      const wanted = resolve(specifier, url);
      if (belongsToLife(wanted)) this.add(wanted);
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

  link(): void {
    for (const [url, module] of this.#modules) {
      if (this.#linked.has(module)) continue;
      this.#linked.add(module);
      module.linkRequests(
        module.moduleRequests.map(({ specifier }) => {
          const wanted = resolve(specifier, url);
          return (this.#modules.get(wanted) ?? shared.get(wanted)) as vm.Module;
        }),
      );
    }
  }

  async #import(url: string, attributes: vm.ModuleRequest['attributes']): Promise<vm.Module> {
    if (!belongsToLife(url)) return shared.get(url) ?? (await load(url, attributes));
    const module = this.add(url);
    if (!this.complete) await this.loadMissing();
    this.link();
    if (module.status === 'unlinked') module.instantiate();
    await module.evaluate();
    return module;
  }
}

/** A package or built-in as a module that lives can link to. */
async function load(url: string, attributes: vm.ModuleRequest['attributes']): Promise<vm.Module> {
  const namespace = (await import(url, { with: attributes as ImportAttributes })) as Record<string, unknown>;
  const names = Object.keys(namespace);
  const module = new vm.SyntheticModule(names, () => {
    for (const name of names) module.setExport(name, namespace[name]);
  });
  await module.link(() => {
    throw new Error('a module without imports');
  });
  await module.evaluate();
  shared.set(url, module);
  return module;
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
  main.instantiate();
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
