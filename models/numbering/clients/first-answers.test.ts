import { expect, test } from 'vitest';
import type { Answer } from './answer.ts';
import { FirstAnswers } from './first-answers.ts';

const ok = (leaseId: string, replayed: boolean): Answer => ({ outcome: 'ok', result: { leaseId, replayed } });

test('the service says which answer is the first, also where the repeat has overtaken the call', () => {
  const answers = new FirstAnswers();
  expect(answers.take('k', ok('a', false), false)).toEqual(ok('a', false));
  expect(answers.take('k', ok('a', true), false)).toEqual(ok('a', true));
  expect(new FirstAnswers().take('k', ok('a', true), false)).toEqual(ok('a', true));
});

test('a replay that somebody passes on is the first answer where nobody has had one', () => {
  const answers = new FirstAnswers();
  expect(answers.take('k', ok('a', true), true)).toEqual(ok('a', false));
  expect(answers.take('k', ok('a', true), true)).toEqual(ok('a', true));
  // The call that was repeated is answered after all.
  expect(answers.take('k', ok('a', false), false)).toEqual(ok('a', true));
  expect(answers.take('other', ok('a', true), true)).toEqual(ok('a', false));
});

test('a second effect under one key stays one', () => {
  const answers = new FirstAnswers();
  expect(answers.take('k', ok('a', false), false)).toEqual(ok('a', false));
  expect(answers.take('k', ok('b', false), false)).toEqual(ok('b', false));
});

test('a call without a key has one answer; refusals are left as they are', () => {
  const answers = new FirstAnswers();
  const refused: Answer = { outcome: 'fail', error: 'CONFLICT' };
  expect(answers.take('k', refused, true)).toBe(refused);
  for (let n = 0; n < 2; n += 1) expect(answers.take(undefined, ok('a', true), true)).toEqual(ok('a', false));
});
