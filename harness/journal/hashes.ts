import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { InvocationResult } from '../../contract/index.ts';

const FOLDERS = [
  'bin',
  'catalogue',
  'contract',
  'deployments',
  'faults',
  'harness',
  'models',
  'reports',
  'scenarios',
  'standins',
  'system',
  'worlds',
];
const SOURCE = /\.(?:ts|mjs|js|cjs|json|ya?ml|sql|proto|patch)$/;

/** Hashes of the source files and of the lock file: whether a replay runs the same code. Tests are no part of it. */
export function codeHashes(root: string): InvocationResult['code'] {
  const source = createHash('sha256');
  for (const folder of FOLDERS) {
    if (!existsSync(join(root, folder))) continue;
    const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
    for (const name of names.map((each) => each.replaceAll('\\', '/')).toSorted()) {
      if (!SOURCE.test(name) || name.includes('.test.') || name.includes('node_modules/')) continue;
      source.update(`${folder}/${name}\0`).update(readFileSync(join(root, folder, name)));
    }
  }
  const lock = join(root, 'package-lock.json');
  return {
    source: source.digest('hex'),
    lock: existsSync(lock) ? createHash('sha256').update(readFileSync(lock)).digest('hex') : 'none',
  };
}
