import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from './usage-error.ts';

function worldNames(root: string): readonly string[] {
  const folder = join(root, 'worlds');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, 'world.ts')));
}

/** @throws UsageError for a world that is not there */
export function knownWorld(root: string, worldName: string): void {
  const worlds = worldNames(root);
  if (worlds.includes(worldName)) return;
  throw new UsageError(`--world ${worldName}: expected one of ${worlds.join(', ')}; a world is worlds/<name>/world.ts`);
}
