import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';

const PROJECT = resolve(import.meta.dirname, '..');

const read = (file: string): string => readFileSync(join(PROJECT, file), 'utf8');

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

it('the excerpt of the README is of the scenario, line by line', () => {
  const [, excerpt = ''] = /```ts\n(export default scenario\('NUM-03'[^]*?)```/.exec(read('README.md')) ?? [];
  const lines = read('scenarios/numbering/NUM-03-redis-unavailable.ts').split('\n');
  let at = 0;
  for (const line of excerpt.split('\n').filter((each) => each !== '')) {
    expect(lines.slice(at)).toContain(line);
    at = lines.indexOf(line, at) + 1;
  }
  expect(at).toBeGreaterThan(0);
});

it('every path that a page links to is there', () => {
  const pages = globSync(['*.md', 'docs/*.md', 'worlds/*/README.md'], { cwd: PROJECT });
  const links = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = '']) => `${page}: ${join(dirname(page), link)}`),
  );
  expect(links.length).toBeGreaterThan(15);
  expect(links.filter((link) => !existsSync(join(PROJECT, link.slice(link.indexOf(' ') + 1))))).toEqual([]);
});
