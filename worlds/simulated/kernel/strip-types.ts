import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { real } from './real.ts';

/** Beside what Node keeps there of modules that it has compiled itself (bin/n24.mjs). */
const folder =
  real.env['NODE_COMPILE_CACHE'] === undefined ? undefined : path.join(real.env['NODE_COMPILE_CACHE'], 'stripped');

/** JavaScript of a TypeScript source, its types blanked out; kept between processes, each of which would spend a quarter of a second on those of a system. */
export function stripTypes(source: string): string {
  if (folder === undefined) return stripTypeScriptTypes(source);
  const file = path.join(folder, createHash('sha256').update(process.version).update(source).digest('hex'));
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return keep(file, stripTypeScriptTypes(source));
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
