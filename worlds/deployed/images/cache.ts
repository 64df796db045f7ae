import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where images, Go binaries and Docker's compose plugin are kept between runs; CI may keep it between machines. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const folder = join(env['FAULTLINE_CACHE'] ?? join(homedir(), '.cache', 'faultline'), 'images');
  mkdirSync(folder, { recursive: true });
  return folder;
}
