import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closure, filesOf, imported, sources } from './packages.ts';

const root = mkdtempSync(join(tmpdir(), 'packages-'));
afterAll(() => rmSync(root, { recursive: true }));

beforeAll(() => {
  const files: Record<string, string> = {
    'app/main.ts':
      "import { a } from 'a/deep/path.js';\nimport type { S } from '@scope/s/sub';\nimport './other.ts';\n",
    'app/other.ts':
      "import fs from 'node:fs';\nconst later = await import('late');\nreply({ ...from, kind: 'x y' }, { kind: 'a > b' });\n",
    'app/main.test.ts': "import { test } from 'only-for-tests';\n",
    'app/testing/helper.ts': "import { test } from 'only-for-tests';\n",
    'node_modules/a/package.json': '{"version":"1.0.0","dependencies":{"b":"2"},"optionalDependencies":{"gone":"1"}}',
    'node_modules/a/index.js': '',
    'node_modules/a/node_modules/b/package.json': '{"version":"2.0.0"}',
    'node_modules/b/package.json': '{"version":"1.0.0"}',
    'node_modules/@scope/s/package.json':
      '{"version":"3.0.0","peerDependencies":{"p":"1","q":"1"},"peerDependenciesMeta":{"q":{"optional":true}}}',
    'node_modules/p/package.json': '{"version":"4.0.0"}',
    'node_modules/q/package.json': '{"version":"5.0.0"}',
    'node_modules/late/package.json': '{"version":"6.0.0","dependencies":{"missing":"1"}}',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
});

test('the packages that files import, tests and helpers of tests left out', () => {
  expect(imported(root, ['app'])).toEqual(new Set(['@scope/s', 'a', 'late']));
  expect(sources(root, 'app')).toEqual(['app/main.ts', 'app/other.ts']);
});

test('what they need in turn, each found where Node finds it', () => {
  expect([...closure(root, ['a', '@scope/s'])]).toEqual([
    ['node_modules/@scope/s', '3.0.0'],
    ['node_modules/a', '1.0.0'],
    ['node_modules/a/node_modules/b', '2.0.0'],
    ['node_modules/p', '4.0.0'],
  ]);
});

test('a package that is needed and not installed is an error that names who needs it', () => {
  expect(() => closure(root, ['late'])).toThrow('missing, needed by node_modules/late, is not installed');
});

test("a package's files do not include those of its own packages", () => {
  expect(filesOf(root, 'node_modules/a').toSorted()).toEqual([
    'node_modules/a/index.js',
    'node_modules/a/package.json',
  ]);
});
