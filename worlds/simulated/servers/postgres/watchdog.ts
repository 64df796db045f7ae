import { Worker } from 'node:worker_threads';

/** Real milliseconds after which a blocking read of the server is taken for a wait that the bridge does not know ... */
const LIMIT_MS = 10_000;
/** ... and after which the backend is woken: now and then one misses its own alarm, by which it would report its wait, until another comes 10 s later. */
const WAKE_MS = 75;
const LOOK_MS = 25;

const state = new Int32Array(new SharedArrayBuffer(12));
const [READING, COUNT, BACKEND] = [0, 1, 2];
let started = false;

const PROGRAM = `
const { workerData } = require('node:worker_threads');
const { state, limitMs, wakeMs, lookMs } = workerData;
let seen = -1, waited = 0;
setInterval(() => {
  const count = Atomics.load(state, ${COUNT});
  waited = Atomics.load(state, ${READING}) && count === seen ? waited + lookMs : 0;
  seen = count;
  const backend = Atomics.load(state, ${BACKEND});
  if (waited === wakeMs && backend > 0) try { process.kill(backend, 'SIGALRM'); } catch {}
  if (waited < limitMs) return;
  require('node:fs').writeSync(2, 'PostgreSQL has not answered for ' + limitMs / 1000 + ' real seconds: the statement waits for something that the bridge does not know\\n');
  process.kill(process.pid, 'SIGKILL');
}, lookMs);
`;

/** Starts the thread that ends this process when a blocking read hangs: no signal handler would run then. Call before the kernel is installed. */
export function startWatchdog(): void {
  if (started) return;
  started = true;
  const workerData = { state, limitMs: LIMIT_MS, wakeMs: WAKE_MS, lookMs: LOOK_MS };
  new Worker(PROGRAM, { eval: true, workerData }).unref();
}

/**
 * Runs a blocking read under the watchdog.
 * @param backend whose answer is read: its process id; 0: nobody knows
 */
export function guarded<T>(read: () => T, backend: number): T {
  Atomics.store(state, BACKEND, backend);
  Atomics.add(state, COUNT, 1);
  Atomics.store(state, READING, 1);
  try {
    return read();
  } finally {
    Atomics.store(state, READING, 0);
  }
}
