import { Worker } from 'node:worker_threads';

/** Real seconds after which a blocking read of the server is taken for a wait that the bridge does not know. */
const LIMIT_S = 10;

const state = new Int32Array(new SharedArrayBuffer(8));
const [READING, COUNT] = [0, 1];
let started = false;

const PROGRAM = `
const { workerData } = require('node:worker_threads');
const { state, limit } = workerData;
let seen = -1, seconds = 0;
setInterval(() => {
  const count = Atomics.load(state, 1);
  seconds = Atomics.load(state, 0) && count === seen ? seconds + 1 : 0;
  seen = count;
  if (seconds < limit) return;
  require('node:fs').writeSync(2, 'PostgreSQL has not answered for ' + limit + ' real seconds: the statement waits for something that the bridge does not know\\n');
  process.kill(process.pid, 'SIGKILL');
}, 1000);
`;

/** Starts the thread that ends this process when a blocking read hangs: no signal handler would run then. Call before the kernel is installed. */
export function startWatchdog(): void {
  if (started) return;
  started = true;
  new Worker(PROGRAM, { eval: true, workerData: { state, limit: LIMIT_S } }).unref();
}

/** Runs a blocking read under the watchdog. */
export function guarded<T>(read: () => T): T {
  Atomics.add(state, COUNT, 1);
  Atomics.store(state, READING, 1);
  try {
    return read();
  } finally {
    Atomics.store(state, READING, 0);
  }
}
