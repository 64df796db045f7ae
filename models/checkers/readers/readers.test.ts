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
  [
    'a packed file',
    '\u001F\uFFFD\b\0',
    'h:1: expected a text, found one that gzip has packed; unpack it first: gunzip h',
  ],
  [
    'an id twice in a journal',
    journal([1, 'write', 1], [1, 'read', 1]),
    'h:2: expected an id that no other operation has, found 1, as on line 1',
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

const REGISTER = edn('0 invoke write 1', '0 ok write 1', '1 invoke read', '1 ok read 2');

test.each([
  ['a byte order mark', `\uFEFF${REGISTER}`],
  ['lines that end as on Windows', REGISTER.replaceAll('\n', '\r\n')],
  ['comments and maps over several lines', `; a history\n${REGISTER.replaceAll(', :f', ' ; the word\n  :f')}`],
  ['one vector', `[${REGISTER}]`],
  ['a nemesis', `{:process :nemesis, :type :info, :f :start, :value nil}\n${REGISTER}`],
  ['tagged values', REGISTER.replaceAll('}', ', :at #inst "2020-01-01", :error #{[:timed-out nil]}}')],
  ['a journal with a byte order mark', `\uFEFF${journal([1, 'write', 1], [2, 'read', 2])}`],
  ['a journal in another order', journal([2, 'read', 2], [1, 'write', 1])],
])('%s changes nothing: a read of what nobody wrote is refused', (_, text) => {
  expect(check(text, 'register').verdict).toBe('illegal');
  expect(check(text.replaceAll(/(:read, :value |"value":)2/g, '$11'), 'register').verdict).toBe('ok');
});

/** Operations of one client, one after the other by their ids, as `history.jsonl` has them. */
function journal(...operations: readonly (readonly [id: number, name: string, value: number])[]): string {
  return operations
    .map(([id, name, value]) => {
      const times = { invokedAt: id * 10, completedAt: id * 10 + 5 };
      return `${JSON.stringify({ id, process: 'p', name, input: { value }, ...times, outcome: 'ok', result: { value } })}\n`;
    })
    .join('');
}
