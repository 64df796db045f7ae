import { TYPE, message } from '../postgres/wire.ts';
import type { Database, PgBouncer } from './bouncer.ts';
import type { ClientConnection } from './client-connection.ts';
import {
  AUTHENTICATED,
  dataRow,
  keyData,
  letter,
  parameterStatus,
  poolerError,
  ready,
  rowDescription,
} from './messages.ts';
import { TABLES, VERSION } from './tables.ts';

/** How often a PAUSE looks whether the servers are free. */
const PAUSE_POLL_MS = 50;

/** The console of administrators: database `pgbouncer`, simple queries only. */
export class Console {
  readonly #bouncer: PgBouncer;
  readonly #client: ClientConnection;

  constructor(bouncer: PgBouncer, client: ClientConnection) {
    this.#bouncer = bouncer;
    this.#client = client;
  }

  greeting(): Buffer {
    const parameters = {
      server_version: `${VERSION}/bouncer`,
      client_encoding: 'UTF8',
      server_encoding: 'UTF8',
      DateStyle: 'ISO',
      TimeZone: 'GMT',
      standard_conforming_strings: 'on',
      is_superuser: 'on',
    };
    const said = Object.entries(parameters).map(([name, value]) => parameterStatus(name, value));
    return Buffer.concat([AUTHENTICATED, ...said, keyData(...this.#client.key), ready('I')]);
  }

  handle(bytes: Buffer): void {
    const type = letter(bytes);
    if (type === 'X') this.#client.close();
    else if (type === 'Q') this.#run(bytes.toString('utf8', 5, bytes.length - 1));
    else {
      this.#client.write(poolerError('extended query protocol not supported by admin console', 'ERROR'));
      this.#client.write(ready('I'));
      this.#client.fail('bad packet');
    }
  }

  #run(sql: string): void {
    const [verb = '', what = '', ...rest] = sql.trim().replace(/;$/, '').trim().split(/\s+/);
    const command = verb.toUpperCase();
    const table = command === 'SHOW' && rest.length === 0 ? TABLES[what.toLowerCase()] : undefined;
    if (table !== undefined) {
      const rows = table.rows(this.#bouncer).map((row) => dataRow(row));
      this.#done('SHOW', [rowDescription(table.columns), ...rows]);
    } else if (command === 'RELOAD') this.#done(command);
    else if (['PAUSE', 'RESUME', 'KILL', 'RECONNECT'].includes(command) && rest.length === 0)
      this.#ofDatabases(command, what);
    else this.#refuse(`invalid command '${sql}', use SHOW HELP;`);
  }

  #ofDatabases(command: string, name: string): void {
    const named = this.#bouncer.databases.get(name);
    if (name !== '' && named === undefined) {
      this.#refuse(`no such database: ${name}`);
      return;
    }
    const all = named === undefined ? [...this.#bouncer.databases.values()] : [named];
    if (command === 'PAUSE') this.#pause(all);
    else if (command === 'RESUME') this.#resume(all, name);
    else if (command === 'KILL') all.forEach((each) => this.#kill(each));
    else all.forEach(reconnect);
    if (command === 'KILL' || command === 'RECONNECT') this.#done(command);
  }

  /** Answers when all servers have been given back and closed. */
  #pause(databases: readonly Database[]): void {
    for (const database of databases) {
      database.paused = true;
      for (const { idle, used } of database.pools.values())
        for (const server of [...idle, ...used]) server.close('pause');
    }
    const wait = (): void => {
      const busy = databases.some(({ pools }) => [...pools.values()].some(({ servers }) => servers > 0));
      if (busy) setTimeout(wait, PAUSE_POLL_MS);
      else this.#done('PAUSE');
    };
    wait();
  }

  #resume(databases: readonly Database[], name: string): void {
    if (name !== '' && databases[0]?.paused === false) {
      this.#refuse(`database ${name} is not paused`);
      return;
    }
    for (const database of databases) {
      database.paused = false;
      for (const pool of database.pools.values()) pool.activate();
    }
    this.#done('RESUME');
  }

  #kill(database: Database): void {
    database.paused = true;
    for (const pool of database.pools.values()) {
      for (const client of pool.clients) client.fail('database removed');
      for (const server of [...pool.active, ...pool.idle, ...pool.used, ...pool.tested])
        server.close('database removed');
    }
  }

  #done(tag: string, before: readonly Buffer[] = []): void {
    this.#client.write(Buffer.concat([...before, message(TYPE.commandComplete, tag), ready('I')]));
  }

  #refuse(why: string): void {
    this.#client.write(Buffer.concat([poolerError(why, 'ERROR'), ready('I')]));
  }
}

/** Servers are closed as soon as they are free, and made anew. */
function reconnect({ pools }: Database): void {
  for (const { active, idle, used } of pools.values()) {
    for (const server of active) server.stale = true;
    for (const server of [...idle, ...used]) server.close('RECONNECT');
  }
}
