import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import vm from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { Touched, changedLines } from './touched.ts';

test('lines that are new, and the one after lines that are gone', () => {
  expect(changedLines('a\nb\nc\nd\n', 'a\nB\nc\nd\n')).toEqual([1]);
  expect(changedLines('a\nb\nc\nd\n', 'a\nb\nx\ny\nc\nd\n')).toEqual([2, 3]);
  expect(changedLines('a\nb\nc\nd\n', 'a\nc\nd\n')).toEqual([1]);
});

test('it is told after which commands a changed line was carried out, each time that the source is loaded', () => {
  const root = mkdtempSync(join(tmpdir(), 'faultline-touched-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const lines = ['const add = (n) => {', '  return n + 1;', '};', 'const one = () => 1;', 'return { add, one };'];
  writeFileSync(join(root, 'a.ts'), lines.join('\n'));
  const changed = lines.join('\n').replace('n + 1', 'n + 2');
  const touched = new Touched(root, { 'a.ts': changed });
  for (const life of [1, 2]) {
    const load = vm.compileFunction(changed, [], { filename: `file:///somewhere/a.ts?life=${life}` });
    const { add, one } = load() as { readonly add: (n: number) => number; readonly one: () => number };
    touched.begins('reads');
    expect(one()).toBe(1);
    for (const n of [1, 2]) {
      touched.begins('writes');
      expect([add(n), add(n)]).toEqual([n + 2, n + 2]);
    }
    expect(touched.take()).toEqual({ reads: { begun: 1, touched: 0 }, writes: { begun: 2, touched: 2 } });
  }
  expect(touched.take()).toEqual({});
});
