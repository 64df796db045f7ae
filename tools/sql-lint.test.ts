import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lintFile, lintFolder, lintSql } from './sql-lint.ts';

const found = (sql: string): string[] => lintSql(sql, 'x.sql').map((problem) => problem.found.toLowerCase());

describe('forbidden in SQL', () => {
  test.each([
    ['SELECT CURRENT_TIMESTAMP', 'current_timestamp'],
    ['CREATE TABLE t (at date DEFAULT current_date)', 'current_date'],
    ['SELECT localtimestamp', 'localtimestamp'],
    ["SELECT 'now'::timestamptz", "'now'"],
    ["SELECT * FROM t WHERE at > 'yesterday'", "'yesterday'"],
    ['SELECT statement_timestamp()', 'statement_timestamp('],
    ['SELECT age(created_at) FROM t', 'age(created_at)'],
    ['SELECT age(coalesce(a, b)) FROM t', 'age(coalesce(a, b))'],
    ['SELECT random()', 'random('],
    ['SELECT 1 FROM t ORDER BY random()', 'random('],
    ['CREATE TABLE t (id uuid DEFAULT gen_random_uuid())', 'gen_random_uuid('],
    ['SELECT uuidv7()', 'uuidv7('],
    ['SELECT id FROM t FOR UPDATE SKIP LOCKED', 'skip locked'],
    ['SELECT id FROM t LIMIT 1', 'limit'],
    ['DELETE FROM t WHERE id IN (SELECT id FROM t LIMIT 5)', 'limit'],
    ['SELECT id FROM (SELECT id FROM t LIMIT 5) AS few ORDER BY id', 'limit'],
    ['SELECT id FROM (SELECT id FROM t ORDER BY id) AS few LIMIT 1', 'limit'],
    ['WITH few AS (SELECT id FROM t LIMIT 5) SELECT id FROM few', 'limit'],
  ])('%s', (sql, what) => {
    expect(found(sql)).toEqual([what]);
  });
});

describe('allowed in SQL', () => {
  test.each([
    'SELECT now(), clock_timestamp()',
    'SELECT age(now(), created_at) FROM t',
    'SELECT id FROM t ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED',
    'DELETE FROM t WHERE id IN (SELECT id FROM t ORDER BY id LIMIT 5)',
    'SELECT page(created_at), random_seed, "current_date" FROM t',
    '-- CURRENT_TIMESTAMP is forbidden\nSELECT 1',
    "SELECT 'not now'",
    'SELECT t.random(1)',
  ])('%s', (sql) => {
    expect(found(sql)).toEqual([]);
  });
});

test('a finding in TypeScript names the line of the word, not of the literal, and the mend', () => {
  const source = [
    '// random() in a comment',
    'const q = `SELECT id',
    '  FROM t',
    '  WHERE at < CURRENT_TIMESTAMP`;',
  ].join('\n');
  expect(lintFile(source, 'a.ts')).toEqual([
    { file: 'a.ts', line: 4, found: 'CURRENT_TIMESTAMP', mend: expect.stringContaining('now() or clock_timestamp()') },
  ]);
});

test('text that is no SQL may say random() and now', () => {
  expect(lintFile("const a = 'now'; const b = 'call random() for luck'; const c = Math.random();", 'a.ts')).toEqual([]);
});

test('a quote inside a regular expression does not hide the SQL after it', () => {
  expect(lintFile("const a = /'/;\nconst q = 'SELECT random()';", 'a.ts')).toHaveLength(1);
});

test('the SQL of system/ is clean', () => {
  const { files, problems } = lintFolder(join(import.meta.dirname, '..', 'system'));
  expect(files).toBeGreaterThan(20);
  expect(problems).toEqual([]);
});
