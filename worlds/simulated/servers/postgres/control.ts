import { SyncConnection } from './sync-connection.ts';
import { SYNC, TYPE, columns, fields, message, startupMessage } from './wire.ts';

export type TextRow = readonly (string | null)[];

/** An error of the server: `code` is its SQLSTATE. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  readonly code: string;

  constructor(text: string, code: string) {
    super(text);
    this.code = code;
  }
}

/** The bridge's own synchronous client: simple queries, rows as text. */
export class Control {
  readonly #connection: SyncConnection;
  readonly #prepared = new Map<string, Buffer>();

  constructor(socketPath: string, database = 'postgres', user = 'postgres') {
    this.#connection = new SyncConnection(socketPath);
    this.#connection.write(
      startupMessage([
        ['user', user],
        ['database', database],
        ['application_name', 'faultline'],
        ['client_min_messages', 'error'],
      ]),
    );
    this.#read();
  }

  #read(): TextRow[] {
    const rows: TextRow[] = [];
    let failure: SqlError | undefined;
    for (;;) {
      const reply = this.#connection.next();
      if (reply === undefined) throw failure ?? new SqlError('the control connection was lost', '08006');
      if (reply[0] === TYPE.dataRow) rows.push(columns(reply));
      else if (reply[0] === TYPE.error) {
        const { M: text = '', C: code = '' } = fields(reply);
        failure = new SqlError(text, code);
      } else if (reply[0] === TYPE.ready) {
        if (failure !== undefined) throw failure;
        return rows;
      }
    }
  }

  query(sql: string): TextRow[] {
    this.#connection.write(message(TYPE.query, sql));
    return this.#read();
  }

  /** As `query`, prepared on first use: half the cost. */
  prepared(sql: string): TextRow[] {
    let execute = this.#prepared.get(sql);
    if (execute === undefined) {
      const name = `c${this.#prepared.size}`;
      this.#connection.write(Buffer.concat([message(TYPE.parse, name, sql, Buffer.alloc(2)), SYNC]));
      this.#read();
      execute = Buffer.concat([message(0x42, '', name, Buffer.alloc(6)), message(0x45, '', Buffer.alloc(4)), SYNC]);
      this.#prepared.set(sql, execute);
    }
    this.#connection.write(execute);
    return this.#read();
  }

  close(): void {
    this.#connection.write(message(TYPE.terminate));
    this.#connection.close();
  }
}
