/** Messages of PostgreSQL's protocol, version 3: the few that the bridge reads or makes. https://www.postgresql.org/docs/18/protocol.html */

/** Message types by their byte. */
export const TYPE = {
  parseComplete: 0x31,
  bindComplete: 0x32,
  notification: 0x41,
  commandComplete: 0x43,
  dataRow: 0x44,
  error: 0x45,
  copyIn: 0x47,
  keyData: 0x4b,
  notice: 0x4e,
  rowDescription: 0x54,
  ready: 0x5a,
  // from clients
  copyData: 0x64,
  copyDone: 0x63,
  copyFail: 0x66,
  flush: 0x48,
  parse: 0x50,
  query: 0x51,
  sync: 0x53,
  terminate: 0x58,
} as const;

export const SSL_REQUEST = 80_877_103;
export const GSS_REQUEST = 80_877_104;
export const CANCEL_REQUEST = 80_877_102;
const PROTOCOL = 196_608;

/** A message: type, length, then the parts; texts get their zero byte. */
export function message(type: number, ...parts: (string | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`) : part)));
  const header = Buffer.alloc(5);
  header[0] = type;
  header.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

export const SYNC = message(TYPE.sync);

export function startupMessage(parameters: readonly (readonly [string, string])[]): Buffer {
  const body = Buffer.from(`${parameters.flat().join('\0')}\0\0`, 'latin1');
  const header = Buffer.alloc(8);
  header.writeInt32BE(body.length + 8, 0);
  header.writeInt32BE(PROTOCOL, 4);
  return Buffer.concat([header, body]);
}

export function startupParameters(startup: Buffer): [string, string][] {
  const words = startup.toString('latin1', 8).split('\0');
  const parameters: [string, string][] = [];
  for (let index = 0; index + 1 < words.length && words[index] !== ''; index += 2) {
    parameters.push([words[index] as string, words[index + 1] as string]);
  }
  return parameters;
}

/** Fields of an ErrorResponse or NoticeResponse by their letter: V severity, C code, M message. */
export function fields(notice: Buffer): Record<string, string> {
  const found: Record<string, string> = {};
  for (let index = 5; notice[index];) {
    const end = notice.indexOf(0, index);
    found[String.fromCharCode(notice[index] as number)] = notice.toString('utf8', index + 1, end);
    index = end + 1;
  }
  return found;
}

export function errorMessage(error: Readonly<Record<string, string>>): Buffer {
  const body = Object.entries(error).map(([letter, text]) => `${letter}${text}\0`);
  return message(TYPE.error, Buffer.from(`${body.join('')}\0`));
}

/** Text columns of a DataRow. */
export function columns(row: Buffer): (string | null)[] {
  const values: (string | null)[] = [];
  let index = 7;
  for (let left = row.readInt16BE(5); left > 0; left -= 1) {
    const length = row.readInt32BE(index);
    index += 4;
    values.push(length < 0 ? null : row.toString('utf8', index, index + length));
    if (length > 0) index += length;
  }
  return values;
}

/** Command tag of a CommandComplete: `UPDATE 3`. */
export const commandTag = (complete: Buffer): string => complete.toString('latin1', 5, complete.length - 1);
