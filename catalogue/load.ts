import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseCatalogue } from './parse.ts';
import type { Catalogue } from './row.ts';

/**
 * All catalogues under `<root>/catalogue`, by file name; with `ids` only the files that have one of those rows, since
 * parsing is most of what a short command does. Throws a CatalogueError at the first file with mistakes.
 */
export function loadCatalogues(root: string, ids?: readonly string[]): readonly Catalogue[] {
  const folder = join(root, 'catalogue');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
    .filter(({ text }) => ids === undefined || ids.some((id) => text.includes(`id: ${id}\n`)))
    .map(({ name, text }) => parseCatalogue(text, relative(root, join(folder, name))));
}
