import { expect, test } from 'vitest';
import { quote } from './quote.ts';

const row = {
  id: 'NUM-03',
  place: 'numbering.yaml:1:1',
  texts: ['P95 at most 15 ms for 3 min, ratio 0.9 or 90 %, 1,000 ids, 20x', 'killed at 115 s'],
};

test.each([
  ['15 ms', 15],
  ['3 min', 180_000],
  ['0.9', 0.9],
  ['90 %', 0.9],
  ['20x', 20],
  ['1,000', 1000],
])('%s is read as %d', (text, value) => {
  expect(quote(row, text)).toBe(value);
});

test.each(['16 ms', '15 s', '5 ms', '9', '0'])('%s is not in the row as a figure of its own', (text) => {
  expect(() => quote(row, text)).toThrow(`quote("${text}") in NUM-03: expected a figure of the row's text`);
});

test('words are no figure', () => {
  expect(() => quote(row, 'ratio')).toThrow('expected a figure such as');
});
