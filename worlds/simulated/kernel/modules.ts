import { readFileSync, realpathSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Query parameter that makes a module belong to one life of one process. */
const LIFE = 'life';
const LINKED = 'faultline:linked';

const sources = new Map<string, string>();
/** JavaScript in place of what the disk has, by real path. */
let overlay: ReadonlyMap<string, string> = new Map();
const linked = new Map<string, () => void>();
let hooked = false;

const isOwn = (url: string): boolean => url.startsWith('file:') && !url.includes('/node_modules/');
const isEsm = (path: string): boolean => /\.(mts|ts|mjs|js)$/.test(path);

/** JavaScript of a module, read once a process and synchronously: loading must not wait for the thread pool. */
function source(path: string): string {
  let text = overlay.get(path) ?? sources.get(path);
  if (text === undefined) {
    text = readFileSync(path, 'utf8');
    if (/\.m?ts$/.test(path)) text = stripTypeScriptTypes(text);
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
    Object.entries(files).map(([file, text]) => [
      realpathSync(file),
      /\.m?ts$/.test(file) ? stripTypeScriptTypes(text) : text,
    ]),
  );
}

/**
 * A module graph for each life: own modules (not those in node_modules) are loaded afresh when a process starts, so its
 * module-level state dies with it. Packages stay shared.
 */
function hook(): void {
  if (hooked) return;
  hooked = true;
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier.startsWith(LINKED)) return { url: specifier, format: 'module', shortCircuit: true };
      const result = next(specifier, context);
      const life = context.parentURL?.startsWith('file:')
        ? new URL(context.parentURL).searchParams.get(LIFE)
        : undefined;
      return life && isOwn(result.url) && isEsm(new URL(result.url).pathname)
        ? { ...result, url: `${result.url}?${LIFE}=${life}` }
        : result;
    },
    load(url, context, next) {
      if (url.startsWith(LINKED)) {
        return {
          format: 'module',
          source: `globalThis[Symbol.for('${LINKED}')](${JSON.stringify(url)});`,
          shortCircuit: true,
        };
      }
      if (!url.startsWith('file:') || !new URL(url).searchParams.has(LIFE)) return next(url, context);
      if (context.format === 'commonjs' || context.format === 'json') return next(url, context);
      return { format: 'module', source: source(fileURLToPath(url.split('?')[0] as string)), shortCircuit: true };
    },
  });
  Reflect.set(globalThis, Symbol.for(LINKED), (url: string) => {
    linked.get(url)?.();
    linked.delete(url);
  });
}

/**
 * Imports `entry` as the main module of a life. `onLinked` is called when its whole graph has been loaded and before any of it
 * runs; the promise settles when its evaluation (top-level await included) has.
 */
export function importEntry(entry: string, life: string, onLinked: () => void): Promise<unknown> {
  hook();
  const marker = `${LINKED}?${LIFE}=${encodeURIComponent(life)}`;
  linked.set(marker, onLinked);
  const main = `${pathToFileURL(realpathSync(entry)).href}?${LIFE}=${encodeURIComponent(life)}`;
  const wrapper = `import ${JSON.stringify(marker)}; import ${JSON.stringify(main)};`;
  return import(`data:text/javascript,${encodeURIComponent(wrapper)}`);
}

const IMPORT = /(?:^|[\s;}])(?:import|export)\s*(?:[\w*{}\s,$]+?\s*from\s*)?["']([^"']+)["']/g;

/** Packages and built-ins that the graph of `entry` imports, found in its text: loaded before a run, because the first load takes loop turns. */
export function packagesOf(entry: string, seen = new Set<string>(), found = new Set<string>()): ReadonlySet<string> {
  const path = realpathSync(entry);
  if (seen.has(path)) return found;
  seen.add(path);
  for (const [, specifier = ''] of source(path).matchAll(IMPORT)) {
    if (specifier.startsWith('.')) packagesOf(fileURLToPath(new URL(specifier, pathToFileURL(path))), seen, found);
    else found.add(specifier);
  }
  return found;
}
