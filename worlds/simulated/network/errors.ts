/** An error as libuv reports it: `connect ECONNREFUSED 10.0.0.2:6379`. Without frames: a real one has none but Node's own, and they are costly. */
export function networkError(code: string, syscall: string, address?: string, port?: number): NodeJS.ErrnoException {
  const where = address === undefined ? '' : ` ${address}${port === undefined ? '' : `:${port}`}`;
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return Object.assign(new Error(`${syscall} ${code}${where}`), {
      code,
      errno: ERRNO[code] ?? -1,
      syscall,
      address,
      port,
    });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

const ERRNO: Readonly<Record<string, number>> = {
  ECONNREFUSED: -111,
  ECONNRESET: -104,
  EHOSTUNREACH: -113,
  ETIMEDOUT: -110,
  EADDRINUSE: -98,
  EPIPE: -32,
  ENOTFOUND: -3008,
};

/** Something a program asked for that the simulated world does not have. */
export class NotSimulated extends Error {
  override readonly name = 'NotSimulated';
  readonly code = 'ERR_NOT_SIMULATED';

  constructor(what: string, instead: string) {
    super(`${what} is not simulated. ${instead}`);
  }
}
