import { createHash } from 'node:crypto';
import fs from 'node:fs';
import type { PostgresSpec } from '../../../../contract/index.ts';
import { Control, SqlError } from './control.ts';
import type { PostgresServer } from './server.ts';

/** The virtual wall clock before the first statement of a run. */
export function writeClock(server: PostgresServer, now: Date): void {
  fs.writeFileSync(server.clockFile, `${now.toISOString().replace('T', ' ').replace('Z', '000+00')}\n`);
}

/** Makes the database of a run: a copy of the migrated template, filled with `seed`. The filled one is kept, for the runs that follow. */
export function fillDatabase(server: PostgresServer, { database, seed }: PostgresSpec): void {
  const control = new Control(server.socketPath);
  const filled = seed === '' ? `${database}_template` : filledTemplate(control, server, database, seed);
  control.query(`drop database if exists ${JSON.stringify(database)} with (force)`);
  copyDatabase(control, filled, database);
  control.close();
}

/** Name of a database of this server that holds the migrated template and `seed`; made on first use. */
function filledTemplate(control: Control, server: PostgresServer, database: string, seed: string): string {
  const name = `${database}_${createHash('sha256').update(seed).digest('hex').slice(0, 16)}`;
  if (control.query(`select 1 from pg_database where datname = '${name}'`).length > 0) return name;
  // Renamed when it is complete: a server that is killed meanwhile must not leave half of it under that name.
  const unfinished = `${name}_unfinished`;
  control.query(`drop database if exists ${JSON.stringify(unfinished)} with (force)`);
  copyDatabase(control, `${database}_template`, unfinished);
  const filler = new Control(server.socketPath, unfinished);
  filler.query(seed);
  filler.close();
  for (;;) {
    try {
      control.query(`alter database ${JSON.stringify(unfinished)} rename to ${JSON.stringify(name)}`);
      return name;
    } catch (error) {
      // 55006: the filler's backend has not gone yet.
      if (!(error instanceof SqlError && error.code === '55006')) throw error;
    }
  }
}

function copyDatabase(control: Control, from: string, to: string): void {
  control.query(`create database ${JSON.stringify(to)} template ${JSON.stringify(from)} strategy file_copy`);
}
