import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { real } from './real.ts';

/** Beside what Node keeps there of modules that it has compiled itself (bin/n24.mjs). */
const folder = real.env['NODE_COMPILE_CACHE'];

/**
 * What `make` makes of `text`, kept on the disk between processes, each of which would spend a second on the sources of a system.
 * @param kind folder for texts that were made in this way
 * @param version of what makes them, beside that of Node
 */
export function keptText(kind: string, version: string, text: string, make: () => string): string {
  if (folder === undefined) return make();
  const name = createHash('sha256').update(process.version).update(version).update(text).digest('hex');
  const file = path.join(folder, kind, name);
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return keep(file, make());
  }
}

/** Whole or not at all: other processes read there. A folder that cannot be written costs time only. */
function keep(file: string, text: string): string {
  const unfinished = `${file}.${real.pid}`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(unfinished, text);
    fs.renameSync(unfinished, file);
  } catch {
    fs.rmSync(unfinished, { force: true });
  }
  return text;
}
