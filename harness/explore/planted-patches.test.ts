import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { isMigration, plantedFile, plantedNames, plantedSources } from './planted.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const names = plantedNames(ROOT);
const fileOf = (name: string): string => plantedFile(ROOT, name) ?? '';

test('there are fifteen at least', () => {
  expect(names.length).toBeGreaterThanOrEqual(15);
});

test.each(names)('%s says of what class it is, and what it changes can still be loaded', (name) => {
  expect(readFileSync(fileOf(name), 'utf8')).toMatch(/^# [A-Z][^\n:]+: [^\n]+\.\n/);
  for (const [path, source] of Object.entries(plantedSources(ROOT, fileOf(name)))) {
    expect(source).not.toBe(readFileSync(join(ROOT, path), 'utf8'));
    if (!isMigration(path)) expect(() => stripTypeScriptTypes(source)).not.toThrow();
  }
});
