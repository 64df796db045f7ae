import { cpus } from 'node:os';
import { expect, test } from 'vitest';
import { coresOf } from './child.ts';

test('children are pinned to the processors that the invocation may use, or to all where nothing is said', () => {
  expect(coresOf('Cpus_allowed:\t2\nCpus_allowed_list:\t1\n')).toEqual([1]);
  expect(coresOf('Cpus_allowed_list:\t0-2,5,7-8\n')).toEqual([0, 1, 2, 5, 7, 8]);
  expect(coresOf('')).toEqual(cpus().map((_, i) => i));
});
