import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ALLOWED, checkBoundaries } from './boundaries.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

describe('a planted violation is found', () => {
  test.each([
    ['an import', 'system/a.ts', "import { x } from '../contract/index.ts';"],
    ['an import of types only', 'system/a.ts', "import type { X } from '../contract/index.ts';"],
    ['an export from', 'faults/a.ts', "export { x } from '../harness/run/execute.ts';"],
    ['a dynamic import', 'harness/a.ts', "await import('../worlds/simulated/world.ts');"],
    ['a type expression', 'reports/a.ts', "let x: import('../harness/cli.ts').X;"],
    ['the public face by its name', 'system/a.ts', "import { x } from 'faultline';"],
    ['a world in a scenario', 'scenarios/numbering/a.ts', "import { world } from '../../worlds/simulated/world.ts';"],
    ['more of the harness than tests may see', 'reports/a.test.ts', "import { x } from '../harness/cli.ts';"],
  ])('%s', (_, file, text) => {
    const { files, problems } = checkBoundaries(planted({ [file]: text }));
    expect(files).toBe(1);
    expect(problems).toEqual([expect.stringContaining(file)]);
  });
});

test('what is allowed is not reported', () => {
  const root = planted({
    'scenarios/numbering/a.ts': "import { kill } from 'faultline';\nimport { probe } from './probes.ts';",
    'harness/a.ts': "import type { Row } from '../catalogue/index.ts';\nimport { z } from 'zod';",
    'reports/a.test.ts': "import { x } from '../harness/testing/x.ts';",
  });
  expect(checkBoundaries(root)).toEqual({ files: 3, problems: [] });
});

test('this project has none, and was looked at', () => {
  const { files, problems } = checkBoundaries(join(import.meta.dirname, '..'));
  expect(problems).toEqual([]);
  expect(files).toBeGreaterThan(80);
});

test('ARCHITECTURE.md has the same table', () => {
  const page = readFileSync(join(import.meta.dirname, '../ARCHITECTURE.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)\/.* \| (nothing|`[^|]*`) +\|$/gm)];
  const told = rows.map(([, area, names = '']) => [area, [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name)]);
  expect(Object.fromEntries(told)).toEqual(ALLOWED);
});

function planted(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'faultline-boundaries-'));
  roots.push(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}
