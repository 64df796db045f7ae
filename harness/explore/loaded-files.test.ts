import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { filesLoadedBy } from './loaded-files.ts';

const ROOT = resolve(import.meta.dirname, '../..');

test('what an entry file loads are the files that it imports, and what those import, types left out', () => {
  const loaded = filesLoadedBy(ROOT, 'system/numbering/customer-portal/main.ts');
  expect([...loaded]).toEqual(
    expect.arrayContaining([
      'system/numbering/customer-portal/main.ts',
      'system/numbering/customer-portal/pool-view.ts',
      'system/kit/http.ts',
    ]),
  );
  expect([...loaded].filter((path) => path.includes('/outbox-relay/'))).toEqual([]);
});

test('an entry file that is not there loads nothing', () => {
  expect([...filesLoadedBy(ROOT, 'system/nobody.ts')]).toEqual([]);
});
