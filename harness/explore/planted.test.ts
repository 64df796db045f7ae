import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PlantError, plantedFile, plantedNames, plantedSources } from './planted.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'planted-'));
});
afterEach(() => rmSync(root, { recursive: true }));

test('a patch changes the sources that it names, and nothing on the disk', () => {
  write('system/a.ts', 'one\ntwo\nthree\n');
  write('models/planted/bug.patch', patch('system/a.ts', 'two', 'TWO'));
  expect(plantedNames(root)).toEqual(['bug']);
  expect(plantedSources(root, plantedFile(root, 'bug') ?? '')).toEqual({ 'system/a.ts': 'one\nTWO\nthree\n' });
});

test.each([
  ['does not fit', 'system/a.ts', 'else', 'hunk 1 of 1 (line 1) does not fit system/a.ts: expected "else" there'],
  ['names a file that is not there', 'system/b.ts', 'two', 'changes system/b.ts, which is not there'],
  ['changes what no service loads', 'system/a.sql', 'two', 'found one of system/a.sql'],
])('a patch that %s is refused, with file and mend', (_, path, before, message) => {
  write('system/a.ts', 'one\ntwo\nthree\n');
  write('bug.patch', patch(path, before, 'TWO'));
  expect(() => plantedSources(root, join(root, 'bug.patch'))).toThrow(message);
});

test('what is no patch is refused', () => {
  write('bug.patch', 'hello\n');
  expect(() => plantedSources(root, join(root, 'bug.patch'))).toThrow(PlantError);
});

function write(name: string, text: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
}

function patch(path: string, before: string, after: string): string {
  return `--- a/${path}\n+++ b/${path}\n@@ -1,3 +1,3 @@\n one\n-${before}\n+${after}\n three\n`;
}
