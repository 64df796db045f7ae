/** Which npm packages the services load: the closure of what their files import, as it is installed here. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** The part of package.json that matters. */
interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)'([@a-z][\w./@-]*)'/gi;

/** Packages imported by the TypeScript files of these folders (paths from the root), tests left out. */
export function imported(root: string, folders: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const file of folders.flatMap((folder) => sources(root, folder))) {
    if (!file.endsWith('.ts')) continue;
    for (const [, specifier = ''] of readFileSync(join(root, file), 'utf8').matchAll(IMPORT)) {
      if (specifier.startsWith('node:')) continue;
      found.add(specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'));
    }
  }
  return found;
}

/** Files of a folder that go into the image, as paths from the root, in order. */
export function sources(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.\w+$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !/[/\\]testing[/\\]/.test(file))
    .toSorted();
}

/** Files of one package, as paths from the root; what it has in a node_modules of its own are other packages. */
export function filesOf(root: string, folder: string): readonly string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules') found.push(...filesOf(root, join(folder, entry.name)));
    } else found.push(join(folder, entry.name));
  }
  return found;
}

/**
 * Folders under node_modules (paths from the root) that these packages need, with their versions; looked up as Node does.
 * @throws Error when a package that is needed is not installed
 */
export function closure(root: string, names: Iterable<string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const visit = (name: string, from: string, needed: boolean): void => {
    const folder = lookUp(root, name, from);
    if (folder === undefined) {
      if (needed)
        throw new Error(`The package ${name}, needed by ${from || 'the services'}, is not installed. Run npm ci.`);
      return;
    }
    if (found.has(folder)) return;
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
    found.set(folder, manifest.version);
    for (const dependency of Object.keys(manifest.dependencies ?? {})) {
      visit(dependency, folder, !(dependency in (manifest.optionalDependencies ?? {})));
    }
    for (const peer of Object.keys(manifest.peerDependencies ?? {})) {
      if (manifest.peerDependenciesMeta?.[peer]?.optional !== true) visit(peer, folder, false);
    }
  };
  for (const name of names) visit(name, '', true);
  return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function lookUp(root: string, name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder === '.' ? '' : folder, 'node_modules', name);
    if (existsSync(join(root, candidate, 'package.json'))) return candidate;
    if (folder === '' || folder === '.') return undefined;
  }
}
