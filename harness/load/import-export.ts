import { pathToFileURL } from 'node:url';
import { existsSync } from 'node:fs';

/** A file of the project that is missing or does not export what it must; says which name and what to write. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
}

/** Imports `file` by path and gives its export `name`. */
export async function importExport<T>(file: string, name: string, what: string): Promise<T> {
  if (!existsSync(file))
    throw new LoadError(
      `${file}: expected ${what}, found no such file; write it with \`export ${name === 'default' ? 'default' : `const ${name}`}\``,
    );
  const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  if (module[name] === undefined)
    throw new LoadError(
      `${file}: expected the export ${name} (${what}), found ${Object.keys(module).join(', ') || 'none'}; export it`,
    );
  return module[name] as T;
}
