/** An error reply: `message` is the line after the `-`, code included. The texts are those of Redis 7.0. */
export class ReplyError extends Error {}

export const WRONG_TYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
export const SYNTAX = 'ERR syntax error';
export const NOT_INTEGER = 'ERR value is not an integer or out of range';
export const NOT_FLOAT = 'ERR value is not a valid float';
export const OUT_OF_RANGE = 'ERR value is out of range';
export const NOT_POSITIVE = 'ERR value is out of range, must be positive';
export const NO_SUCH_KEY = 'ERR no such key';
export const OVERFLOW = 'ERR increment or decrement would overflow';
export const NAN_OR_INFINITY = 'ERR increment would produce NaN or Infinity';
export const NAN_SCORE = 'ERR resulting score is not a number (NaN)';
export const INDEX_OUT_OF_RANGE = 'ERR index out of range';
export const OUT_OF_MEMORY = "OOM command not allowed when used memory > 'maxmemory'.";
export const PROPOSED_TOO_LONG = 'ERR string exceeds maximum allowed size (proto-max-bulk-len)';

/** `name` as the real server prints it: `get`, `config|get`. */
export function wrongArity(name: string): string {
  return `ERR wrong number of arguments for '${name}' command`;
}

/** What the real server says of an expiry that is not in the future of time itself. */
export function invalidExpire(name: string): string {
  return `ERR invalid expire time in '${name}' command`;
}
