import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';

const PROJECT = resolve(import.meta.dirname, '..');

/** Code blocks of a page that say which file they are. */
function blocks(page: string): Readonly<Record<string, string>> {
  const text = readFileSync(join(import.meta.dirname, page), 'utf8');
  const found = [...text.matchAll(/<!-- file: (\S+) -->\n\n```\w+\n([\s\S]*?)```/g)];
  return Object.fromEntries(found.map(([, name = '', code = '']) => [name, code]));
}

let root: string;

/** A project that has nothing but the guide's row and scenario, over this one's system, models and worlds. */
beforeAll(() => {
  mkdirSync(join(PROJECT, '.cache'), { recursive: true });
  root = mkdtempSync(join(PROJECT, '.cache/guide-'));
  for (const name of ['deployments', 'models', 'system', 'worlds']) symlinkSync(join(PROJECT, name), join(root, name));
  for (const [name, code] of Object.entries(blocks('creating-a-scenario.md'))) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), code);
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function faultline(...args: readonly string[]): { readonly code: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(PROJECT, 'bin/faultline.mjs'), ...args], {
    cwd: root,
    env: { ...process.env, FAULTLINE_ROOT: root },
    encoding: 'utf8',
  });
  return { code: status, text: stdout + stderr };
}

it('the row and the scenario of the guide fit together', () => {
  expect(faultline('validate')).toMatchObject({ code: 0 });
});

it('the scenario of the guide passes', { timeout: 120_000 }, () => {
  const { code, text } = faultline('run', 'DEMO-01');
  expect([code, text]).toEqual([0, expect.stringMatching(/pass {2}DEMO-01/)]);
});

it('its sabotage line and the generic mutations turn red', { timeout: 240_000 }, () => {
  const { code, text } = faultline('sabotage', 'DEMO-01');
  expect([code, text]).toEqual([0, expect.any(String)]);
});

it('the fault and the checkers of the guides are the files that they name', () => {
  const { 'stale.edn': _, 'stale.txt': __, ...checkers } = blocks('creating-a-checker.md');
  expect(Object.keys(checkers)).toHaveLength(2);
  for (const [name, code] of Object.entries({ ...blocks('creating-a-fault.md'), ...checkers }))
    expect(readFileSync(join(PROJECT, name), 'utf8')).toBe(code);
});

it('the history of the guide is refused as it says', () => {
  const { 'stale.edn': history = '', 'stale.txt': seen = '' } = blocks('creating-a-checker.md');
  writeFileSync(join(root, 'stale.edn'), history);
  const { code, text } = faultline('check', 'stale.edn', '--model', 'register', '--html', 'stale.html');
  expect([code, text]).toEqual([1, expect.stringContaining(seen)]);
  expect(readFileSync(join(root, 'stale.html'), 'utf8')).toContain('read -&gt; nil');
});

it('the commands of the page about exploring end as it says', { timeout: 180_000 }, () => {
  const page = readFileSync(join(import.meta.dirname, 'exploring.md'), 'utf8');
  const commands = [...page.matchAll(/<!-- run: (\d+) -->\n\n```\nnpx faultline (.*)\n```/g)];
  expect(commands).toHaveLength(2);
  for (const [, code, line = ''] of commands) {
    const args = [join(PROJECT, 'bin/faultline.mjs'), ...line.split(' '), '--runs-dir', join(root, 'runs')];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: PROJECT, encoding: 'utf8' });
    expect([status, stdout + stderr]).toEqual([Number(code), expect.any(String)]);
    const [, file] = /again: +npx faultline replay (\S+)/.exec(stdout) ?? [];
    if (file === undefined) continue;
    const replay = [join(PROJECT, 'bin/faultline.mjs'), 'replay', file];
    const again = spawnSync(process.execPath, replay, { cwd: PROJECT, encoding: 'utf8' });
    expect([again.status, again.stdout]).toEqual([1, expect.stringContaining('the same run: trace')]);
  }
});

it('every path that a page links to is there', () => {
  for (const page of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.md'))) {
    const text = readFileSync(join(import.meta.dirname, page), 'utf8');
    for (const [, link = ''] of text.matchAll(/\]\(([^)#:]+)\)/g))
      expect(readFileSync(join(import.meta.dirname, link), 'utf8')).not.toBe('');
  }
});
