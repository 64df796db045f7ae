import { expect, test } from 'vitest';
import { called, changedLines } from './touched.ts';

test('lines that are new, and the one after lines that are gone', () => {
  expect(changedLines('a\nb\nc\nd\n', 'a\nB\nc\nd\n')).toEqual([1]);
  expect(changedLines('a\nb\nc\nd\n', 'a\nb\nx\ny\nc\nd\n')).toEqual([2, 3]);
  expect(changedLines('a\nb\nc\nd\n', 'a\nc\nd\n')).toEqual([1]);
});

const TEXT = ['(function () {', '  function a() {', '    one;', '  }', '  function b() { two; }', '})'].join('\n');
const range = (text: string, count: number) => {
  const startOffset = TEXT.indexOf(text);
  return { startOffset, endOffset: startOffset + text.length, count };
};
const functions = (a: number, b: number) => [
  range(TEXT, 1),
  range('function a() {\n    one;\n  }', a),
  range('function b() { two; }', b),
];

test('a line counts when the innermost function around it was called', () => {
  expect(called(TEXT, [2], functions(1, 0))).toBe(true);
  expect(called(TEXT, [2], functions(0, 3))).toBe(false);
  expect(called(TEXT, [2, 4], functions(0, 3))).toBe(true);
  expect(called(TEXT, [], functions(1, 1))).toBe(false);
});
