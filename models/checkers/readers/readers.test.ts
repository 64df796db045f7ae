import { expect, test } from 'vitest';
import { check, edn, etcd } from '../testing/written.ts';

test.each([
  ['an empty file', '', 'h:1: expected a history, found an empty file'],
  ['no history', 'hello\n', 'h:1: expected a history.jsonl, a history of Jepsen in EDN'],
  [
    'a line cut off in a log',
    `${etcd('0 invoke read nil')}INFO  jepsen.util - 0\t:o`,
    'h:2: expected INFO  jepsen.util',
  ],
  ['a map cut off', `${edn('0 invoke read')}{:process 0, :type`, 'h:2: expected } for the { that begins here'],
  ['a line cut off in a journal', '{"id":0,"process":"p","name":"re', 'h:1: expected one operation as JSON'],
  ['another journal', '{"probe":"x","at":3}', 'h:1: expected id to be a whole number, found none'],
  [
    'a process that does two things at once',
    edn('0 invoke read', '0 invoke read'),
    'h:2: expected process 0 to end its read of line 1',
  ],
  ['an end without a beginning', edn('0 ok read 1'), 'h:1: expected an invocation of read by process 0'],
  [
    'an end of something else',
    edn('0 invoke read', '0 ok write 1'),
    'h:2: expected the end of read, which process 0 began on line 1',
  ],
  ['an unknown type', '{:process 0, :type :done, :f :read}', 'h:1: expected :type to be one of :invoke'],
  ['a cas of one value', edn('0 invoke cas 1', '0 ok cas 1'), 'h:1: cas: expected [from to]'],
])('%s is named with its line', (_, text, message) => {
  expect(() => check(text, 'cas-register')).toThrow(message);
});

test('an unknown model is answered with the list of those that there are', () => {
  expect(() => check('', 'stack')).toThrow('no model stack; there are register, cas-register,');
});

test('an operation that the model does not have is named', () => {
  expect(() => check(edn('0 invoke push 1', '0 ok push 1'), 'queue')).toThrow(
    'h:1: expected an operation of the model (enqueue, dequeue), found "push"',
  );
});

test('a value of EDN is equal to itself however it is written', () => {
  const written = edn('0 invoke write {:a #{1 2}, :b [1 (2 3) "x\\u0041\\n"]}', '0 ok write nil');
  const read = edn('0 invoke read', '0 ok read {:b [1, [2 3] "xA\\n"] :a #{2 1}}');
  expect(check(written + read, 'register').verdict).toBe('ok');
  expect(check(written + read.replace('xA', 'xB'), 'register').verdict).toBe('illegal');
});

test.each([
  ['a keyword and a string', ':a', '"a"'],
  ['nil and its name', 'nil', '"nil"'],
  ['a number and its text', '1', '"1"'],
  ['two great numbers', '9007199254740993', '9007199254740992'],
])('%s are not equal', (_, written, read) => {
  const text = edn(`0 invoke write ${written}`, `0 ok write ${written}`, '0 invoke read', `0 ok read ${read}`);
  expect(check(text, 'register').verdict).toBe('illegal');
});
