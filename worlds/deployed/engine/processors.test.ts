import { expect, test } from 'vitest';
import { ownProcessors } from './processors.ts';

test.each([
  ['0', 2, '0'],
  ['0,2-3', 4, '0,2-3'],
  ['0-1', 2, undefined],
  ['0', 1, undefined],
])('of an invocation that may run on %s of %d processors containers get %s', (list, all, own) => {
  expect(ownProcessors(`Name:\tnode\nCpus_allowed_list:\t${list}\n`, all)).toBe(own);
});

test('where the kernel does not tell, all are used', () => {
  expect(ownProcessors('', 2)).toBeUndefined();
});
