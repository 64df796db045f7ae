import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'strip-types-'));
  vi.stubEnv('NODE_COMPILE_CACHE', folder);
  vi.resetModules();
});
afterEach(() => {
  vi.unstubAllEnvs();
  fs.rmSync(folder, { recursive: true });
});

const kept = (): readonly string[] => fs.readdirSync(path.join(folder, 'stripped'));

it('keeps what it has stripped by the text of the source, and gives that back', async () => {
  const { stripTypes } = await import('./strip-types.ts');
  expect(stripTypes('const a: number = 1;')).toBe('const a         = 1;');
  const [file = ''] = kept();
  fs.writeFileSync(path.join(folder, 'stripped', file), 'kept');
  expect(stripTypes('const a: number = 1;')).toBe('kept');
  expect(stripTypes('const a: string = 1;')).toBe('const a         = 1;');
  expect(kept()).toHaveLength(2);
});

it('strips where nothing can be kept', async () => {
  fs.writeFileSync(path.join(folder, 'stripped'), 'no folder');
  const { stripTypes } = await import('./strip-types.ts');
  expect(stripTypes('let b: Date;')).toBe('let b      ;');
});
