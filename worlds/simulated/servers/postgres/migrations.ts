import fs from 'node:fs';
import path from 'node:path';

/** Texts of migrations that stand in place of the disk's, by whole path. */
export type ChangedMigrations = Readonly<Record<string, string>>;

const FOLDER = 'migrations';
let changed: ChangedMigrations = {};

/** From the next template on these texts, by path from the working folder, stand in place of the disk's. What is no migration is left out. */
export function overlayMigrations(files: Readonly<Record<string, string>>): void {
  changed = Object.fromEntries(
    Object.entries(files).flatMap(([file, text]) =>
      path.basename(path.dirname(file)) === FOLDER ? [[path.resolve(file), text]] : [],
    ),
  );
}

/** Those of them that are of this migrate module's schema. */
export function changesOf(migrate: string): ChangedMigrations {
  const folder = folderOf(migrate);
  return Object.fromEntries(Object.entries(changed).filter(([file]) => path.dirname(file) === folder));
}

/** What the schema depends on, as name and text: the migrate module, and SQL and TypeScript in `migrations/` beside it. */
export function migrationTexts(migrate: string): readonly (readonly [name: string, text: string])[] {
  const folder = folderOf(migrate);
  const beside = fs.existsSync(folder) ? fs.readdirSync(folder).toSorted() : [];
  return [path.resolve(migrate), ...beside.map((name) => path.join(folder, name))].map((file) => [
    path.basename(file),
    changed[file] ?? fs.readFileSync(file, 'utf8'),
  ]);
}

/**
 * The migrate module in a copy of the project's folder that it is in, where these migrations are changed. Packages are the project's.
 * @param to an empty folder
 */
export function copiedWith(changes: ChangedMigrations, migrate: string, to: string): string {
  const root = projectOf(path.resolve(migrate));
  const place = (file: string): string => path.relative(root, file);
  const [top = ''] = place(path.resolve(migrate)).split(path.sep);
  fs.cpSync(path.join(root, top), path.join(to, top), { recursive: true });
  fs.copyFileSync(path.join(root, 'package.json'), path.join(to, 'package.json'));
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(to, 'node_modules'));
  for (const [file, text] of Object.entries(changes)) fs.writeFileSync(path.join(to, place(file)), text);
  return path.join(to, place(path.resolve(migrate)));
}

const folderOf = (migrate: string): string => path.join(path.dirname(path.resolve(migrate)), FOLDER);

/** The nearest folder above that is a package. */
function projectOf(file: string): string {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, 'package.json'))) return folder;
    if (folder === path.dirname(folder)) throw new Error(`${file} is in no package: no package.json is above it`);
  }
}
