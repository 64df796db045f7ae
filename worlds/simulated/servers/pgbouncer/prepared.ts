import { TYPE, message } from '../postgres/wire.ts';
import { text } from './messages.ts';

/** A prepared statement as servers know it: one for each text and its parameter types, whoever prepared it. */
export interface Statement {
  readonly serverName: string;
  /** What follows the name in its Parse: the query and the types of its parameters. */
  readonly definition: Buffer;
}

/** The statements of all clients, by their text (`max_prepared_statements`, PgBouncer 1.21). */
export class Statements {
  readonly #byDefinition = new Map<string, Statement>();

  of(definition: Buffer): Statement {
    const key = definition.toString('latin1');
    let found = this.#byDefinition.get(key);
    if (found === undefined) {
      found = { serverName: `PGBOUNCER_${this.#byDefinition.size + 1}`, definition: Buffer.from(definition) };
      this.#byDefinition.set(key, found);
    }
    return found;
  }
}

export const parseOf = ({ serverName, definition }: Statement): Buffer => message(TYPE.parse, serverName, definition);

/** Name and definition of a Parse. */
export function readParse(bytes: Buffer): { name: string; definition: Buffer } {
  const { value: name, end } = text(bytes, 5);
  return { name, definition: bytes.subarray(end) };
}

/** The statement's name in a Bind, and the same Bind of another one. */
export function readBind(bytes: Buffer): { name: string; renamed: (name: string) => Buffer } {
  const portal = text(bytes, 5);
  const statement = text(bytes, portal.end);
  return { name: statement.value, renamed: (name) => message(0x42, portal.value, name, bytes.subarray(statement.end)) };
}

/** `S` or `P`, and the name, of a Describe or Close. */
export function readTarget(bytes: Buffer): { kind: string; name: string } {
  return { kind: String.fromCharCode(bytes[5] as number), name: text(bytes, 6).value };
}

export const describeStatement = (name: string): Buffer => message(0x44, Buffer.from('S'), name);
export const closeStatement = (name: string): Buffer => message(0x43, Buffer.from('S'), name);
