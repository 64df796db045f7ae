import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { PostgresSpec } from '../../../../contract/index.ts';
import { Control, type TextRow } from './control.ts';
import { PARKED_NAME } from './parked-backends.ts';
import type { PostgresServer } from './server.ts';
import { pauseSync } from './sync-connection.ts';
import { BRIDGE_ROLE } from './virtual-time.ts';

/** The virtual wall clock before the first statement of a run. */
export function writeClock(server: PostgresServer, now: Date): void {
  fs.writeFileSync(server.clockFile, `${now.toISOString().replace('T', ' ').replace('Z', '000+00')}\n`);
}

/** Runs that one database serves, emptied: the catalogue keeps a dead row for each table emptied, and nothing removes them. */
const EMPTIED_AT_MOST = 50;
const SYSTEM = `nspname not like 'pg\\_%' and nspname <> 'information_schema'`;
const TABLES = `select format('%I.%I', nspname, relname), c.oid from pg_class c join pg_namespace n on n.oid = relnamespace
  where relkind = 'r' and ${SYSTEM} and pg_relation_size(c.oid) > 0 order by 1`;
const SEQUENCES = `select format('%I.%I', schemaname, sequencename) from pg_sequences order by 1`;
/** Oids below it are of what PostgreSQL itself brings: FirstNormalObjectId. */
const OWN = 16_384;
/** Changes with every definition, and not when a table is emptied. */
const DEFINITIONS = [
  ['pg_attribute', 'attrelid'],
  ['pg_attrdef', 'oid'],
  ['pg_constraint', 'oid'],
  ['pg_index', 'indexrelid'],
  ['pg_namespace', 'oid'],
  ['pg_proc', 'oid'],
  ['pg_trigger', 'oid'],
  ['pg_type', 'oid'],
]
  .map(([name, oid]) => `(select sum(xmin::text::numeric) || '/' || count(*) from ${name} where ${oid} >= ${OWN})`)
  .join(', ');

/** What a database holds when a run begins. */
interface Contents {
  readonly key: string;
  readonly definitions: string;
  /** Tables that are not empty, and the files with their rows. */
  readonly files: ReadonlyMap<string, string>;
  /** SQL that puts each sequence where it was. */
  readonly sequences: string;
}

/**
 * The database of a server's runs: the migrated template, filled with the seed. It is copied once and then emptied and filled again for each run, which
 * takes a third of the time; a run that changed a definition gets a new copy. Every run begins with the same rows in the same order on disk.
 */
export class RunDatabase {
  readonly #server: PostgresServer;
  #contents: Contents | undefined;
  #served = 0;

  constructor(server: PostgresServer) {
    this.#server = server;
  }

  /** Makes it ready for a run. No session of an earlier one is left. */
  make(spec: PostgresSpec): void {
    const { database, seed } = spec;
    const key = JSON.stringify([database, seed]);
    const control = this.#server.control('postgres');
    endSessions(control, database);
    if (this.#contents?.key !== key || this.#served >= EMPTIED_AT_MOST || !this.#asDefined(database)) {
      this.#server.leave(database);
      control.query(`drop database if exists ${JSON.stringify(database)} with (force)`);
      copyDatabase(control, seed === '' ? `${database}_template` : this.#filled(control, spec), database);
      this.#contents = this.#read(database, key);
      this.#served = 0;
    }
    this.#refill(database, this.#contents);
    this.#served += 1;
  }

  #asDefined(database: string): boolean {
    return definitionsOf(this.#server.control(database)) === this.#contents?.definitions;
  }

  #read(database: string, key: string): Contents {
    const own = this.#server.control(database);
    const files = new Map(
      own
        .query(TABLES)
        .map(([table = '', oid]) => [table ?? '', path.join(this.#server.data, `faultline_rows_${oid}`)]),
    );
    for (const [table, file] of files) own.query(`copy ${table} to '${file}'`);
    const sequences = own
      .query(SEQUENCES)
      .map(
        ([name]) =>
          `select setval('${name}', ${own.query(`select last_value || ', ' || is_called from ${name}`)[0]?.[0]})`,
      )
      .join('; ');
    return { key, definitions: definitionsOf(own), files, sequences };
  }

  #refill(database: string, { files, sequences }: Contents): void {
    const own = this.#server.control(database);
    const used = own.query(TABLES).map(([table]) => table);
    own.query(
      [
        // No trigger and no foreign key has a say in what was there before.
        'set session_replication_role = replica',
        ...(used.length === 0 ? [] : [`truncate ${used.join(', ')} cascade`]),
        ...[...files].map(([table, file]) => `copy ${table} from '${file}'`),
        ...(sequences === '' ? [] : [sequences]),
        'reset session_replication_role',
      ].join('; '),
    );
  }

  /** Name of a database of this server that holds the migrated template and the seed; made on first use. */
  #filled(control: Control, { database, seed }: PostgresSpec): string {
    const name = `${database}_${createHash('sha256').update(seed).digest('hex').slice(0, 16)}`;
    if (control.query(`select 1 from pg_database where datname = '${name}'`).length > 0) return name;
    // Renamed when it is complete: a server that is killed meanwhile must not leave half of it under that name.
    const unfinished = `${name}_unfinished`;
    control.query(`drop database if exists ${JSON.stringify(unfinished)} with (force)`);
    copyDatabase(control, `${database}_template`, unfinished);
    const filler = new Control(this.#server.socketPath, unfinished);
    filler.query(seed);
    filler.close();
    endSessions(control, unfinished);
    control.query(`alter database ${JSON.stringify(unfinished)} rename to ${JSON.stringify(name)}`);
    return name;
  }
}

function definitionsOf(own: Control): string {
  return (own.query(`select ${DEFINITIONS}`)[0] ?? []).join(' ');
}

function copyDatabase(control: Control, from: string, to: string): void {
  control.query(`create database ${JSON.stringify(to)} template ${JSON.stringify(from)} strategy file_copy`);
}

/** Ends what is left of a run's sessions: one that waited for a lock would get it now, and do its work. Returns when their backends have gone. */
function endSessions(control: Control, database: string): void {
  const others = (): readonly TextRow[] =>
    control.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = '${database}' and usename <> '${BRIDGE_ROLE}' and application_name is distinct from '${PARKED_NAME}'`,
    );
  while (others().length > 0) pauseSync(1);
}
