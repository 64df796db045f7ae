import { createHash } from 'node:crypto';
import pg from 'pg';

/** Not prepared: they are short, and a failed transaction must be ended by a statement that needs no parsing state. */
const CONTROL = /^\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET|RESET|LISTEN|UNLISTEN|DISCARD)\b/i;

const names = new Map<string, string>();

/** PostgreSQL cuts names at 63 bytes; a hash of the text is short and the same on every connection. */
function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = `q${createHash('sha256').update(text).digest('base64url').slice(0, 20)}`;
    names.set(text, name);
  }
  return name;
}

/**
 * A client whose statements are prepared once a connection and then only bound: half the server's work for short ones.
 * Texts must come from a bounded set. Behind PgBouncer in transaction mode this needs 1.21 or newer (`max_prepared_statements`).
 */
export class PreparedClient extends pg.Client {
  // The overloads of pg.Client.query cannot be written again here: the pool and our callers use the form (text, values).
  override query = ((...args: unknown[]): unknown => {
    const [text, values, ...rest] = args;
    const plain = super.query.bind(this) as (...all: unknown[]) => unknown;
    if (typeof text !== 'string' || CONTROL.test(text)) return plain(...args);
    const [parameters, more] = Array.isArray(values)
      ? [values as unknown[], rest]
      : [[], values === undefined ? rest : [values, ...rest]];
    return plain({ name: nameOf(text), text, values: parameters }, ...more);
  }) as pg.Client['query'];
}
