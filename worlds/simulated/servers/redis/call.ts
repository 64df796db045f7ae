import type { Client } from './client.ts';
import type { Core } from './core.ts';
import type { Database } from './database.ts';
import { error, type Encoder } from './encoder.ts';
import { NOT_FLOAT, NOT_INTEGER, NOT_POSITIVE, ReplyError, WRONG_TYPE, wrongArity } from './errors.ts';
import { parseDouble, parseInt64 } from './numbers.ts';
import type { Entry, Value, ValueType } from './values.ts';

/** What a command may do; the names are Redis' own. */
export type Flag = 'write' | 'denyoom' | 'pubsub' | 'immediate';

/** A row of the command table. */
export interface Command {
  /** Lower case; a subcommand is `config|get`. */
  readonly name: string;
  /** Arguments with the name (and the subcommand's); negative for "at least". */
  readonly arity: number;
  readonly flags: readonly Flag[];
  /** The encoded reply, or undefined when the client now waits. Throws ReplyError. */
  run(call: Call): string | undefined;
}

/** A row of the command table. */
export function command(name: string, arity: number, flags: readonly Flag[], run: Command['run']): Command {
  return { name, arity, flags, run };
}

export type ValueOf<T extends ValueType> = Extract<Value, { type: T }>;

/** One execution of a command. */
export class Call {
  readonly core: Core;
  readonly client: Client;
  readonly command: Command;
  readonly argv: readonly string[];
  /** Within EXEC nothing blocks. */
  readonly inTransaction: boolean;

  constructor(core: Core, client: Client, command: Command, argv: readonly string[], inTransaction: boolean) {
    this.core = core;
    this.client = client;
    this.command = command;
    this.argv = argv;
    this.inTransaction = inTransaction;
  }

  get db(): Database {
    return this.database(this.client.database);
  }

  get reply(): Encoder {
    return this.client.reply;
  }

  database(index: number): Database {
    const database = this.core.databases[index];
    if (database === undefined) throw new ReplyError('ERR DB index is out of range');
    return database;
  }

  /** The argument at `index` (0 is the command's name), which the arity guarantees. */
  arg(index: number): string {
    const argument = this.argv[index];
    if (argument === undefined) throw new ReplyError(wrongArity(this.command.name));
    return argument;
  }

  /** The option at `index` in upper case, '' past the end. */
  option(index: number): string {
    return this.argv[index]?.toUpperCase() ?? '';
  }

  rest(from: number): readonly string[] {
    return this.argv.slice(from);
  }

  /** Arguments in pairs from `from`. */
  pairs(from: number): (readonly [string, string])[] {
    const pairs: (readonly [string, string])[] = [];
    for (let at = from; at + 1 < this.argv.length; at += 2) pairs.push([this.arg(at), this.arg(at + 1)]);
    return pairs;
  }

  int64(index: number, message = NOT_INTEGER): bigint {
    const value = parseInt64(this.arg(index));
    if (value === undefined) throw new ReplyError(message);
    return value;
  }

  /** A 64-bit integer as a number: beyond 2^53 not exact, which is enough for indexes and counts. */
  integer(index: number, message = NOT_INTEGER): number {
    return Number(this.int64(index, message));
  }

  /** A count of at least 0. */
  positive(index: number): number {
    const value = this.integer(index, NOT_POSITIVE);
    if (value < 0) throw new ReplyError(NOT_POSITIVE);
    return value;
  }

  double(index: number, message = NOT_FLOAT): number {
    const value = parseDouble(this.arg(index));
    if (value === undefined) throw new ReplyError(message);
    return value;
  }

  /** For writing: the entry's value if it is of the type, undefined if there is none; WRONGTYPE otherwise. */
  lookup<T extends ValueType>(key: string, type: T): ValueOf<T> | undefined {
    return ofType(this.db.lookup(key), type);
  }

  /** For reading: like `lookup`, but a miss may be an event. */
  read<T extends ValueType>(key: string, type: T): ValueOf<T> | undefined {
    return ofType(this.db.read(key), type);
  }

  /** After elements were taken away: marks the change, tells `event`, and removes the key when nothing is left. */
  shrunk(key: string, kind: 'l' | 's' | 'h' | 'z', event: string, left: number): void {
    this.db.touched(key);
    this.db.notify(kind, event, key);
    if (left > 0) return;
    this.db.remove(key);
    this.db.notify('g', 'del', key);
  }
}

function ofType<T extends ValueType>(entry: Entry | undefined, type: T): ValueOf<T> | undefined {
  if (entry === undefined) return undefined;
  if (entry.value.type !== type) throw new ReplyError(WRONG_TYPE);
  return entry.value as ValueOf<T>;
}

/** Runs an admitted command; an error that it throws becomes its reply. */
export function run(
  core: Core,
  client: Client,
  admitted: Command,
  argv: readonly string[],
  inTransaction: boolean,
): string | undefined {
  client.lastCommand = admitted.name;
  try {
    return admitted.run(new Call(core, client, admitted, argv, inTransaction));
  } catch (cause) {
    if (cause instanceof ReplyError) return error(cause.message);
    throw cause;
  }
}
