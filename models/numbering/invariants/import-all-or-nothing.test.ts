import { expect, test } from 'vitest';
import type { Evidence, Operation } from '../../../contract/index.ts';
import { invariant } from './import-all-or-nothing.ts';
import { evidence, operation, said } from './testing.ts';

const told = (outcome: Operation['outcome']): Operation =>
  operation('import', 0, { input: { prefix: '+93760', rows: 1000 }, outcome });

function found(batch: object | undefined, numbers: number, operations: readonly Operation[] = []): Evidence {
  const base = evidence(operations);
  const finalState = {
    ...base.finalState,
    importBatches: batch === undefined ? [] : [{ id: 'b1', rows: null, found: 0, ...batch }],
    importedNumbers: numbers === 0 ? [] : [{ prefix: '+93760', found: numbers }],
  };
  return { ...base, finalState };
}

const done = { status: 'DONE', rows: 1000, found: 1000 };
const failed = { status: 'FAILED' };

test.each([
  ['all of an imported file', found(done, 1000, [told('ok')])],
  ['nothing of a refused one', found(failed, 0, [told('fail')])],
  ['a file that was refused first and imported when it was mended', found(done, 1000, [told('fail'), told('ok')])],
  ['either of a file of which nobody knows', found(done, 1000, [told('info')])],
])('accepts %s', (_, given) => {
  expect(invariant.check(given)).toEqual({ examined: 1, violations: [] });
});

test.each([
  ['rows of a failed batch', found({ ...failed, found: 997 }, 0), '997 of its rows are in the inventory, not 0'],
  ['a part of an imported one', found({ ...done, found: 999 }, 0), '999 of its rows'],
  ['numbers of a refused file', found(failed, 997, [told('fail')]), 'told that it was refused'],
  ['missing numbers of an imported file', found(done, 999, [told('ok')]), 'told that it was imported'],
])('rejects %s', (_, given, what) => {
  expect(said(invariant.check(given))).toEqual([expect.stringContaining(what)]);
});

test('examines nothing without files, and finds a planted violation', () => {
  expect(invariant.check(evidence([])).examined).toBe(0);
  expect(invariant.check(invariant.plant(found(done, 1000))).violations.length).toBe(1);
});
