import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** Relative modules that a source names, `import type` left out: types are not loaded. */
const NAMED = /(?:\bfrom|\bimport)\s*\(?\s*'(\.{1,2}\/[^']+)'/g;
const TYPES_ONLY = /^\s*(?:import|export)\s+type\b[^;]*;/gm;

/** Every file of ours that a service's entry file loads, itself included: paths from the root, with slashes. */
export function filesLoadedBy(root: string, entry: string): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [resolve(root, entry)];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const path = relative(root, file).split(sep).join('/');
    if (found.has(path) || !existsSync(file)) continue;
    found.add(path);
    const source = readFileSync(file, 'utf8').replaceAll(TYPES_ONLY, '');
    for (const [, named = ''] of source.matchAll(NAMED)) waiting.push(join(dirname(file), named));
  }
  return found;
}
