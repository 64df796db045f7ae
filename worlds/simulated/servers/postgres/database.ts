import fs from 'node:fs';
import type { PostgresSpec } from '../../../../contract/index.ts';
import { Control } from './control.ts';
import type { PostgresServer } from './server.ts';

/** The virtual wall clock before the first statement of a run. */
export function writeClock(server: PostgresServer, now: Date): void {
  fs.writeFileSync(server.clockFile, `${now.toISOString().replace('T', ' ').replace('Z', '000+00')}\n`);
}

/** Makes the database of a run: a copy of the migrated template, filled with `seed`. */
export function fillDatabase(server: PostgresServer, { database, seed }: PostgresSpec): void {
  const control = new Control(server.socketPath);
  const name = JSON.stringify(database);
  control.query(`drop database if exists ${name} with (force)`);
  control.query(`create database ${name} template ${JSON.stringify(`${database}_template`)} strategy file_copy`);
  control.close();
  if (seed === '') return;
  const filler = new Control(server.socketPath, database);
  filler.query(seed);
  filler.close();
}
