/** Streaming replication on the wire: https://www.postgresql.org/docs/18/protocol-replication.html */
import { TYPE, message } from '../wire.ts';

/** A position in the log. */
export type Lsn = bigint;

export function parseLsn(text: string): Lsn {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

export const formatLsn = (lsn: Lsn): string =>
  `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffff_ffffn).toString(16).toUpperCase()}`;

const COPY_BOTH = 0x57;
const [WAL, KEEPALIVE, STATUS] = ['w', 'k', 'r'].map((letter) => letter.charCodeAt(0)) as [number, number, number];

const numbers = (...values: readonly bigint[]): Buffer => {
  const buffer = Buffer.alloc(8 * values.length);
  for (const [index, value] of values.entries()) buffer.writeBigUInt64BE(value, 8 * index);
  return buffer;
};

/** A piece of the log. `sentAt`: virtual instant at which it was flushed, in microseconds. */
export interface Wal {
  readonly from: Lsn;
  readonly to: Lsn;
  readonly data: Buffer;
  readonly sentAt: bigint;
}

export const walMessage = ({ from, to, data, sentAt }: Wal): Buffer =>
  message(TYPE.copyData, Buffer.from([WAL]), numbers(from, to, sentAt), data);

export function readWal(received: Buffer): Wal | undefined {
  if (received[0] !== TYPE.copyData || received[5] !== WAL) return undefined;
  const from = received.readBigUInt64BE(6);
  const data = received.subarray(30);
  return { from, to: from + BigInt(data.length), data, sentAt: received.readBigUInt64BE(22) };
}

export const keepaliveMessage = (end: Lsn, replyRequested: boolean): Buffer =>
  message(TYPE.copyData, Buffer.from([KEEPALIVE]), numbers(end, 0n), Buffer.from([replyRequested ? 1 : 0]));

export const isKeepalive = (received: Buffer): boolean => received[0] === TYPE.copyData && received[5] === KEEPALIVE;

/** How far a standby is. */
export interface Progress {
  readonly flushed: Lsn;
  readonly applied: Lsn;
}

export interface Status extends Progress {
  /** A keepalive is to answer it. */
  readonly asks: boolean;
}

export const statusMessage = ({ flushed, applied, asks }: Status): Buffer =>
  message(TYPE.copyData, Buffer.from([STATUS]), numbers(flushed, flushed, applied, 0n), Buffer.from([asks ? 1 : 0]));

export function readStatus(received: Buffer): Status | undefined {
  if (received[0] !== TYPE.copyData || received[5] !== STATUS) return undefined;
  return {
    flushed: received.readBigUInt64BE(14),
    applied: received.readBigUInt64BE(22),
    asks: received[38] === 1,
  };
}

export const startReplication = (from: Lsn, timeline: number): Buffer =>
  message(TYPE.query, `START_REPLICATION ${formatLsn(from)} TIMELINE ${timeline}`);

/** @returns position and timeline of START_REPLICATION, in the form that this file writes or libpqwalreceiver does. */
export function readStart(query: string): { readonly from: Lsn; readonly timeline: number } | undefined {
  const found = /^START_REPLICATION .*?([0-9A-F]+\/[0-9A-F]+) TIMELINE (\d+)/.exec(query);
  return found === null ? undefined : { from: parseLsn(found[1] as string), timeline: Number(found[2]) };
}

export const isCopyBoth = (received: Buffer): boolean => received[0] === COPY_BOTH;
export const copyBoth = (): Buffer => message(COPY_BOTH, Buffer.from([0, 0, 0]));

const READY = message(TYPE.ready, Buffer.from('I'));

/** What a server answers to the startup message of a walreceiver. */
export const greeting = (version: string): Buffer =>
  Buffer.concat([
    message(0x52, Buffer.alloc(4)),
    ...Object.entries({ server_version: version, client_encoding: 'UTF8', integer_datetimes: 'on' }).map(
      ([name, value]) => message(0x53, name, value),
    ),
    READY,
  ]);

/** The answer to IDENTIFY_SYSTEM. */
export function identity(system: string, timeline: number, position: Lsn): Buffer {
  const names = ['systemid', 'timeline', 'xlogpos', 'dbname'];
  const described = names.map((name) => Buffer.concat([Buffer.from(`${name}\0`), DESCRIPTION]));
  const values = [system, String(timeline), formatLsn(position)].map((value) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(value.length);
    return Buffer.concat([length, Buffer.from(value)]);
  });
  const four = Buffer.from([0, 4]);
  return Buffer.concat([
    message(TYPE.rowDescription, four, ...described),
    message(TYPE.dataRow, four, ...values, Buffer.from([255, 255, 255, 255])),
    message(TYPE.commandComplete, 'IDENTIFY_SYSTEM'),
    READY,
  ]);
}

/** A text column of no table. */
const DESCRIPTION = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 255, 255, 255, 255, 255, 255, 0, 0]);
