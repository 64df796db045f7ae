/** Makes a migrated data folder: `node make-template.ts '{"migrate":..., "database":..., "target":...}'`. Run by template.ts. */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { findBinaries } from './binaries.ts';
import { Control } from './control.ts';
import { type ChangedMigrations, copiedWith } from './migrations.ts';
import { PostgresServer, ownedFolder, runAsServer } from './server.ts';
import { REPLICATED_SETTINGS, SETTINGS } from './settings.ts';
import { VIRTUAL_TIME_SQL } from './virtual-time.ts';

interface Order {
  readonly migrate: string;
  readonly database: string;
  readonly target: string;
  readonly replicated?: boolean;
  readonly changes?: ChangedMigrations;
}

const { migrate, database, target, replicated = false, changes = {} } = JSON.parse(process.argv[2] ?? '') as Order;
const binaries = findBinaries();
const folder = ownedFolder(fs.mkdtempSync(`${target}.`));
const ownCopy = fs.mkdtempSync(`${target}-sources.`);
const server = new PostgresServer(binaries, folder, replicated ? REPLICATED_SETTINGS : SETTINGS);
try {
  runAsServer(path.join(binaries.bin, 'initdb'), [
    '-D',
    ownedFolder(server.data),
    '-U',
    'postgres',
    '-A',
    'trust',
    '-N',
    '--no-locale',
    '-E',
    'UTF8',
    '--no-instructions',
    '--no-data-checksums',
    '--wal-segsize=1',
  ]);
  fs.writeFileSync(server.clockFile, '2026-01-01 00:00:00+00\n');
  server.start();
  const template = new Control(server.socketPath, 'template1');
  for (const statement of VIRTUAL_TIME_SQL) template.query(statement);
  template.close();
  const control = new Control(server.socketPath);
  control.query(`create database ${JSON.stringify(`${database}_template`)}`);
  control.close();
  const wanted = Object.keys(changes).length === 0 ? path.resolve(migrate) : copiedWith(changes, migrate, ownCopy);
  const module = (await import(pathToFileURL(wanted).href)) as {
    migrate(connection: string): Promise<void>;
  };
  await module.migrate(
    `postgresql://postgres@localhost/${database}_template?host=${encodeURIComponent(folder)}&port=5432`,
  );
  server.stop();
  fs.renameSync(server.data, target);
} finally {
  server.kill();
  for (const made of [folder, ownCopy]) fs.rmSync(made, { recursive: true, force: true });
}
process.exit(0);
