import { formatDouble } from './numbers.ts';

/** Encodes replies. Parts given to `array`, `set`, `map` and `push` are encoded already. Bytes are latin1 characters. */
export interface Encoder {
  readonly version: 2 | 3;
  bulk(text: string): string;
  /** No value. */
  nil(): string;
  /** No array: differs from `nil` in RESP2 only. */
  nilArray(): string;
  double(value: number): string;
  set(parts: readonly string[]): string;
  /** Keys and values in turn. */
  map(parts: readonly string[]): string;
  /** A message that no command asked for. */
  push(parts: readonly string[]): string;
  /** Text for people, such as INFO. */
  verbatim(text: string): string;
}

export const OK = '+OK\r\n';
export const QUEUED = '+QUEUED\r\n';
export const EMPTY_ARRAY = '*0\r\n';

export function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

export function status(text: string): string {
  return `+${text}\r\n`;
}

/** Line breaks would end the reply early; the real server replaces them too. */
export function error(message: string): string {
  return `-${message.replace(/[\r\n]/g, ' ')}\r\n`;
}

export function integer(value: number | bigint): string {
  return `:${value}\r\n`;
}

export function array(parts: readonly string[]): string {
  return `*${parts.length}\r\n${parts.join('')}`;
}

export function bulks(texts: Iterable<string>): string {
  return array(Array.from(texts, bulk));
}

export const RESP2: Encoder = {
  version: 2,
  bulk,
  nil: () => '$-1\r\n',
  nilArray: () => '*-1\r\n',
  double: (value) => bulk(formatDouble(value)),
  set: array,
  map: array,
  push: array,
  verbatim: bulk,
};

export const RESP3: Encoder = {
  version: 3,
  bulk,
  nil: () => '_\r\n',
  nilArray: () => '_\r\n',
  double: (value) => `,${formatDouble(value)}\r\n`,
  set: (parts) => `~${parts.length}\r\n${parts.join('')}`,
  map: (parts) => `%${parts.length / 2}\r\n${parts.join('')}`,
  push: (parts) => `>${parts.length}\r\n${parts.join('')}`,
  verbatim: (text) => `=${text.length + 4}\r\ntxt:${text}\r\n`,
};
