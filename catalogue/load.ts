import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseCatalogue } from './parse.ts';
import type { Catalogue } from './row.ts';

/** All catalogues under `<root>/catalogue`, by file name. Throws a CatalogueError at the first file with mistakes. */
export function loadCatalogues(root: string): readonly Catalogue[] {
  const folder = join(root, 'catalogue');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .map((name) => parseCatalogue(readFileSync(join(folder, name), 'utf8'), relative(root, join(folder, name))));
}
