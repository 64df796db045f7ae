import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { removeAbandoned, workFolder } from './work-folder.ts';

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'faultline-cache-'));
  vi.stubEnv('FAULTLINE_CACHE', cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

test('what an interrupted process has left is removed, and what a living one needs stays', () => {
  const mine = workFolder('context');
  const ended = spawnSync(process.execPath, ['-e', '']).pid;
  const abandoned = join(dirname(dirname(mine)), String(ended), 'debian-1');
  mkdirSync(abandoned, { recursive: true });
  expect(removeAbandoned()).toEqual([String(ended)]);
  expect([existsSync(abandoned), existsSync(mine)]).toEqual([false, true]);
});
