import { expect, test } from 'vitest';
import { refused, unanswered } from './answer.ts';

test('a refusal certainly did not happen', () => {
  expect(refused(true, 'CONFLICT', { status: 409 })).toEqual({
    outcome: 'fail',
    error: 'CONFLICT',
    result: { status: 409 },
  });
  expect(refused(false, 'UNAVAILABLE')).toEqual({ outcome: 'fail', error: 'UNAVAILABLE' });
});

test.each(['UNAVAILABLE', 'INTERNAL'])('nobody knows of a write that is answered %s', (code) => {
  expect(refused(true, code)).toEqual({ outcome: 'info', error: code });
});

test('nobody knows what became of a call without an answer', () => {
  expect(unanswered(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))).toEqual({
    outcome: 'info',
    error: 'ECONNREFUSED',
  });
  expect(unanswered(new DOMException('too late', 'TimeoutError')).outcome).toBe('info');
});
