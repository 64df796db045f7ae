import { expect, test } from 'vitest';
import type { Command, Operation } from '../../contract/index.ts';
import { involvement } from './involvement.ts';

const commands: readonly Command[] = ['a', 'b', 'c', 'd', 'e'].map((name) => ({
  at: 0,
  client: 0,
  name,
  arguments: {},
}));
const operation = (id: number, key: string): Operation => ({
  id,
  process: 'p',
  name: 'put',
  input: { key },
  invokedAt: 0,
  outcome: 'ok',
});
const operations = [operation(0, 'red'), operation(1, 'blue'), operation(2, 'red'), operation(3, 'green')];
/** Command 3 called nobody. */
const makers = new Map([0, 1, 2, 4].map((command, id) => [id, command]));
const concerned = (what: string): readonly number[] | undefined =>
  involvement({ commands }, operations, makers, [{ check: 'x', what }], ({ input }) => [String(input['key'])])
    .concerned['x'];

test('commands that called nobody are idle', () => {
  expect(involvement({ commands }, operations, makers, [], () => []).idle).toEqual([3]);
});

test('a failure concerns what shares a name with it', () => {
  expect(concerned('red was lost')).toEqual([0, 2]);
});

test('a failure concerns the operations that it numbers, and what shares a name with those', () => {
  expect(concerned('operation 2: lost')).toEqual([0, 2]);
  expect(concerned('given twice (operations 1 and 3)')).toEqual([1, 4]);
});

test('a failure that names nothing concerns nobody', () => {
  expect(concerned('it stands still')).toEqual([]);
});
