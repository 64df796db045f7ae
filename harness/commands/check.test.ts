import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const LAUNCHER = resolve(import.meta.dirname, '../../bin/faultline.mjs');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'faultline-check-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the exit code is the verdict', () => {
  write('good.edn', read('nil'));
  write('bad.edn', read('1'));
  write('none.edn', read('nil').replace(':ok', ':fail'));
  expect(faultline('good.edn', '--model', 'register')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^linearizable: /),
  });
  expect(faultline('bad.edn', '--model', 'register')).toMatchObject({
    code: 1,
    out: expect.stringContaining('line 1, process 0: read -> 1'),
  });
  expect(faultline('none.edn', '--model', 'register')).toMatchObject({
    code: 2,
    out: expect.stringContaining('no operation to examine'),
  });
});

test('what cannot be read is named: exit 254', () => {
  write('empty.log', '');
  write('cut.edn', `${read('nil')}{:process 0, :ty`);
  write('good.edn', read('nil'));
  expect(faultline('empty.log')).toMatchObject({
    code: 254,
    err: expect.stringContaining('empty.log:1: expected a history'),
  });
  expect(faultline('cut.edn')).toMatchObject({ code: 254, err: expect.stringContaining('cut.edn:3: expected }') });
  expect(faultline('absent.edn')).toMatchObject({
    code: 254,
    err: expect.stringContaining('absent.edn: expected a file'),
  });
  expect(faultline('good.edn', '--model', 'stack')).toMatchObject({
    code: 254,
    err: expect.stringContaining('no model stack; there are register,'),
  });
  expect(faultline()).toMatchObject({ code: 254, err: expect.stringContaining('expected a history') });
});

test('a history longer than what is read at once is read whole, and its last line is named where it is wrong', () => {
  const line = (id: number): string =>
    JSON.stringify({
      id,
      process: 'p',
      name: 'read',
      input: { value: 'é€😀'.repeat(60) },
      invokedAt: id,
      outcome: 'fail',
    });
  const many = Array.from({ length: 5000 }, (_, id) => line(id));
  write('long.jsonl', `${many.join('\n')}\n`);
  expect(faultline('long.jsonl', '--model', 'register')).toMatchObject({ code: 2, err: '' });
  write('wrong.jsonl', [...many, '{"id":5000'].join('\n'));
  expect(faultline('wrong.jsonl', '--model', 'register')).toMatchObject({
    code: 254,
    err: expect.stringContaining('wrong.jsonl:5001: expected one operation as JSON'),
  });
});

test('the page loads nothing, and escapes what a history says', () => {
  write('odd.edn', read('"<b>&"'));
  expect(faultline('--html', 'odd.edn')).toMatchObject({ code: 1, out: expect.stringContaining('page: odd.html') });
  const page = readFileSync(join(folder, 'odd.html'), 'utf8');
  expect(page).toContain('&lt;b&gt;&amp;');
  expect(page).not.toMatch(/<b>&|https?:|src=|<link/);
  expect(page).toContain('✗ not linearizable');
  expect(faultline('odd.edn', '--html', 'no/such/folder.html').code).toBe(254);
  expect(existsSync(join(folder, 'no'))).toBe(false);
});

function read(value: string): string {
  return `{:process 0, :type :invoke, :f :read, :value nil}\n{:process 0, :type :ok, :f :read, :value ${value}}\n`;
}

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

function faultline(...args: readonly string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [LAUNCHER, 'check', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}
