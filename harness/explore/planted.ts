import { applyPatch, parsePatch } from 'diff';
import type { StructuredPatch } from 'diff';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/** A patch that cannot be planted: which file, which hunk, and what to do. */
export class PlantError extends Error {
  override readonly name = 'PlantError';
}

const FOLDER = ['models', 'planted'] as const;
const ENDING = '.patch';

/** Names of the bugs that can be planted: `models/planted/<name>.patch`. */
export function plantedNames(root: string): readonly string[] {
  const folder = join(root, ...FOLDER);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(ENDING))
    .map((name) => basename(name, ENDING))
    .toSorted();
}

/** The file that a name or a path stands for; undefined: there is none. */
export function plantedFile(root: string, nameOrFile: string): string | undefined {
  const named = join(root, ...FOLDER, `${nameOrFile}${ENDING}`);
  return [named, resolve(nameOrFile)].find((file) => existsSync(file));
}

/**
 * The sources that a unified diff changes, by path from the root, as they are with it. TypeScript that services load and SQL of
 * migrations can be changed: that is what a world takes in place of what is on the disk. @throws PlantError
 */
export function plantedSources(root: string, file: string): Readonly<Record<string, string>> {
  let patches: readonly StructuredPatch[];
  try {
    patches = parsePatch(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new PlantError(
      `${file}: expected a unified diff, found something else (${error instanceof Error ? error.message : String(error)}); make it with git diff`,
    );
  }
  const changed = patches.filter(({ hunks }) => hunks.length > 0);
  if (changed.length === 0)
    throw new PlantError(`${file}: expected a unified diff, found no hunk; make it with git diff`);
  return Object.fromEntries(changed.map((patch) => [pathOf(patch), planted(root, file, patch)]));
}

/** SQL that makes the schema: no service loads it. */
export const isMigration = (path: string): boolean => /(^|\/)migrations\/[^/]+\.sql$/.test(path);

function planted(root: string, file: string, patch: StructuredPatch): string {
  const path = pathOf(patch);
  if (!(/\.m?ts$/.test(path) && !path.includes('.test.')) && !isMigration(path))
    throw new PlantError(
      `${file}: expected changes of TypeScript that a service loads, or of SQL in migrations/, found one of ${path}; leave it out`,
    );
  const source = join(root, path);
  if (!existsSync(source))
    throw new PlantError(
      `${file}: changes ${path}, which is not there; correct the path (from the root of the project)`,
    );
  const text = readFileSync(source, 'utf8');
  const whole = applyPatch(text, patch);
  if (whole !== false) return whole;
  const at = patch.hunks.findIndex((hunk) => applyPatch(text, { ...patch, hunks: [hunk] }) === false);
  const hunk = patch.hunks[at] ?? patch.hunks[0];
  const where = `hunk ${at + 1} of ${patch.hunks.length} (line ${hunk?.oldStart ?? '?'})`;
  const wanted =
    hunk?.lines
      .find((line) => line.startsWith('-'))
      ?.slice(1)
      .trim() ?? '';
  throw new PlantError(
    `${file}: ${where} does not fit ${path}: expected "${wanted}" there; the source has changed since: write the patch anew against it`,
  );
}

/** Without the `a/` and `b/` that git writes. */
function pathOf({ oldFileName, newFileName }: StructuredPatch): string {
  const name = newFileName === undefined || newFileName === '/dev/null' ? (oldFileName ?? '') : newFileName;
  return name.replace(/^[ab]\//, '');
}
