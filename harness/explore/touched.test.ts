import vm from 'node:vm';
import { expect, test } from 'vitest';
import { Touched } from './touched.ts';

test('it is told after which commands a changed line was carried out, each time that the source is loaded', () => {
  const lines = ['const add = (n) => {', '  return n + 1;', '};', 'const one = () => 1;', 'return { add, one };'];
  const source = lines.join('\n');
  const touched = new Touched({ 'a.ts': [1] });
  for (const life of [1, 2]) {
    const load = vm.compileFunction(source, [], { filename: `file:///somewhere/a.ts?life=${life}` });
    const { add, one } = load() as { readonly add: (n: number) => number; readonly one: () => number };
    touched.begins('reads');
    expect(one()).toBe(1);
    for (const n of [1, 2]) {
      touched.begins('writes');
      expect([add(n), add(n)]).toEqual([n + 1, n + 1]);
    }
    expect(touched.take()).toEqual({
      reads: { begun: 1, touched: 0 },
      writes: { begun: 2, touched: 2 },
    });
  }
  expect(touched.take()).toEqual({});
});

test('whoever waits is told when it is carried out next', async () => {
  const told: string[] = [];
  const touched = new Touched({ 'b.ts': [1] });
  const one = vm.compileFunction('return () => {\n  return 1;\n};', [], { filename: 'file:///b.ts' })() as () => number;
  one();
  const waiting = touched.next().then(() => told.push('carried out'));
  await Promise.resolve();
  expect(told).toEqual([]);
  one();
  await waiting;
  expect(told).toEqual(['carried out']);
});
