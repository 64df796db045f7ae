/** What an answer to a tenant never holds: a stack, a library's code, a server's name, a statement, an address. */
export const INTERNAL_NAMES =
  /\bat .*:\d+|node_modules|ECONN|ETIMEDOUT|postgres|redis|nats|SELECT |INSERT |\b10\.\d+\.\d+\.\d+/i;
