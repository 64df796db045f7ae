import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ModuleFunction } from './module-function.ts';
import { stripTypes } from './strip-types.ts';

const ROOT = path.join(import.meta.dirname, '../../..');
const files = ['system', 'standins'].flatMap((folder) =>
  fs.globSync(`${folder}/**/*.ts`, { cwd: ROOT }).filter((file) => !file.endsWith('.test.ts')),
);

it('keeps the lines of every module that is simulated', () => {
  expect(files.length).toBeGreaterThan(100);
  const lines = (text: string): number => text.split('\n').length;
  const moved = files.filter((file) => {
    const source = stripTypes(fs.readFileSync(path.join(ROOT, file), 'utf8'));
    const made = new ModuleFunction(`file:///${file}`, source);
    expect(made.body(made.text.waits)).toBeTypeOf('function');
    return lines(made.text.code) !== lines(source);
  });
  expect(moved).toEqual([]);
});
