import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { changesOf, copiedWith, migrationTexts, overlayMigrations } from './migrations.ts';

let project: string;
let migrate: string;
const SQL = 'create table t ();';

beforeEach(() => {
  project = fs.mkdtempSync(path.join(os.tmpdir(), 'faultline-migrations-'));
  migrate = path.join(project, 'service/store/migrate.ts');
  fs.mkdirSync(path.join(project, 'node_modules/tool'), { recursive: true });
  fs.mkdirSync(path.join(project, 'service/store/migrations'), { recursive: true });
  fs.writeFileSync(path.join(project, 'package.json'), '{"type":"module"}');
  fs.writeFileSync(migrate, 'export {};');
  fs.writeFileSync(path.join(project, 'service/store/migrations/1.sql'), SQL);
});
afterEach(() => {
  overlayMigrations({});
  fs.rmSync(project, { recursive: true });
});

test('a schema is made of its migrations, as they are changed', () => {
  expect(migrationTexts(migrate)).toEqual([
    ['migrate.ts', 'export {};'],
    ['1.sql', SQL],
  ]);
  overlayMigrations({ [path.join(project, 'service/store/migrations/1.sql')]: 'select 1;' });
  expect(migrationTexts(migrate)[1]).toEqual(['1.sql', 'select 1;']);
  expect(Object.values(changesOf(migrate))).toEqual(['select 1;']);
});

test('what is no migration, or one of another schema, changes nothing', () => {
  overlayMigrations({ [migrate]: 'else', [path.join(project, 'other/migrations/1.sql')]: 'select 1;' });
  expect(changesOf(migrate)).toEqual({});
  expect(migrationTexts(migrate)[0]).toEqual(['migrate.ts', 'export {};']);
});

test('a copy has the changes, the packages, and nothing of it on the disk that was copied', () => {
  const to = fs.mkdtempSync(path.join(os.tmpdir(), 'faultline-copy-'));
  try {
    const file = path.join(project, 'service/store/migrations/1.sql');
    const copied = copiedWith({ [file]: 'select 1;' }, migrate, to);
    expect(path.relative(to, copied)).toBe(path.join('service', 'store', 'migrate.ts'));
    expect(fs.readFileSync(path.join(path.dirname(copied), 'migrations/1.sql'), 'utf8')).toBe('select 1;');
    expect(fs.existsSync(path.join(to, 'node_modules/tool'))).toBe(true);
    expect(fs.readFileSync(file, 'utf8')).toBe(SQL);
  } finally {
    fs.rmSync(to, { recursive: true });
  }
});
