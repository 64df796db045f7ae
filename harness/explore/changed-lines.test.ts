import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { changedLines, linesOf } from './changed-lines.ts';

test('lines that are new, and the one after lines that are gone', () => {
  expect(changedLines('a\nb\nc\nd\n', 'a\nB\nc\nd\n')).toEqual([1]);
  expect(changedLines('a\nb\nc\nd\n', 'a\nb\nx\ny\nc\nd\n')).toEqual([2, 3]);
  expect(changedLines('a\nb\nc\nd\n', 'a\nc\nd\n')).toEqual([1]);
});

const LIMITS = `/** MAX is a limit. */
export const MAX = 3;
const NAMES = new Set([
  'one',
]);
export function isName(name: string): boolean {
  return NAMES.has(name);
}
`;
const CALLER = `import { MAX } from './limits.ts';
export const low = (n: number): boolean =>
  n < MAX;
`;
const OTHER = `const MAX = 5;
export const other = MAX;
`;

/** Lines that are watched when a part of limits.ts is replaced. */
function watched(from: string, to: string): ReturnType<typeof linesOf> {
  const root = mkdtempSync(join(tmpdir(), 'faultline-lines-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const files = { 'limits.ts': LIMITS, 'caller.ts': CALLER, 'other.ts': OTHER };
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
  return linesOf(root, { 'limits.ts': LIMITS.replace(from, to) }, Object.keys(files));
}

test('what a function does is seen where it is changed', () => {
  expect(watched('NAMES.has(name)', '!NAMES.has(name)')).toEqual({ 'limits.ts': [6] });
});

test('what a module declares once is seen where it is used, and in who imports it', () => {
  expect(watched("  'one',", "  'two',")).toEqual({ 'limits.ts': [3, 6] });
  expect(watched('MAX = 3', 'MAX = 4')).toEqual({ 'limits.ts': [1], 'caller.ts': [2] });
});
