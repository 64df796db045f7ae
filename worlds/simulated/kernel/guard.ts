import { createHook } from 'node:async_hooks';

/** Resources of async_hooks that mean real asynchronous work: thread pool, sockets, processes. */
const NATIVE: ReadonlySet<string> = new Set([
  'FSREQCALLBACK', 'FSREQPROMISE', 'FILEHANDLE', 'FILEHANDLECLOSEREQ', 'GETADDRINFOREQWRAP', 'GETNAMEINFOREQWRAP', 'QUERYWRAP',
  'PBKDF2REQUEST', 'SCRYPTREQUEST', 'HASHREQUEST', 'HKDFREQUEST', 'SIGNREQUEST', 'CIPHERREQUEST', 'DERIVEBITSREQUEST',
  'RANDOMBYTESREQUEST', 'RANDOMPRIMEREQUEST', 'KEYPAIRGENREQUEST', 'KEYGENREQUEST', 'ZLIB', 'TCPCONNECTWRAP', 'TCPWRAP',
  'TCPSERVERWRAP', 'PIPECONNECTWRAP', 'PIPEWRAP', 'PROCESSWRAP', 'WORKER', 'STATWATCHER', 'FSEVENTWRAP', 'UDPWRAP',
]); // prettier-ignore

/** Real asynchronous work during a run: its completion is not an event of the simulation, so the run may differ next time. */
export class NativeIoError extends Error {
  override readonly name = 'NativeIoError';
}

let exempt = 0;

/** Runs what the world itself does natively and synchronously (connections to PostgreSQL). */
export function exemptFromGuard<T>(work: () => T): T {
  exempt += 1;
  try {
    return work();
  } finally {
    exempt -= 1;
  }
}

/** Reports the first native operation with its stack. Costs about a sixth of the run. Returns what stops the watch. */
export function watchNativeIo(report: (offence: NativeIoError) => void): () => void {
  const hook = createHook({
    init(_id, type) {
      if (exempt > 0 || !NATIVE.has(type)) return;
      const stack = new Error('native').stack?.split('\n').slice(2) ?? [];
      hook.disable();
      report(
        new NativeIoError(
          `${type}: real asynchronous work during a run; use the synchronous form\n${stack.join('\n')}`,
        ),
      );
    },
  });
  hook.enable();
  return () => hook.disable();
}
