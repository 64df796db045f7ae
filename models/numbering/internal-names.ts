/** What an answer to a tenant never holds: a stack, a library's code, a server's name, a statement, an address. An instant is none. */
export const INTERNAL_NAMES =
  /\bat \D.*:\d+|node_modules|ECONN|ETIMEDOUT|postgres|redis|nats|SELECT |INSERT |\b10\.\d+\.\d+\.\d+/i;
