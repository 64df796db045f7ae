import { Worker } from 'node:worker_threads';
import { exemptFromGuard } from '../../../kernel/guard.ts';
import type { Accepted } from '../sync-connection.ts';

/** Longest real wait for a connection, or for the thread. */
const LIMIT_MS = 10_000;
/** A server connects once a life, so this is far more than a cluster ever holds. */
const PLACES = 1024;
const [READY, COUNT, FIRST] = [0, 1, 2];

/** Node accepts connections between loop turns only: a thread does it here, and leaves the descriptors where they can be waited for. */
const PROGRAM = `
const net = require('node:net');
const fs = require('node:fs');
const { parentPort } = require('node:worker_threads');
const held = new Map(), servers = new Map();
parentPort.on('message', ({ listen, close, state, unlisten }) => {
  if (close !== undefined) { held.get(close)?.destroy(); held.delete(close); return; }
  if (unlisten !== undefined) { servers.get(unlisten)?.close(); servers.delete(unlisten); return; }
  let count = 0;
  const server = net.createServer({ pauseOnConnect: true }, (socket) => {
    socket.on('error', () => {});
    socket._handle.setBlocking(true);
    const { fd } = socket._handle;
    held.set(fd, socket);
    state[${FIRST} + (count % ${PLACES})] = fd;
    Atomics.store(state, ${COUNT}, (count += 1));
    Atomics.notify(state, ${COUNT});
  });
  servers.set(listen, server);
  fs.rmSync(listen, { force: true });
  server.listen(listen, () => {
    fs.chmodSync(listen, 0o777);
    Atomics.store(state, ${READY}, 1);
    Atomics.notify(state, ${READY});
  });
});
`;

let worker: Worker | undefined;

function thread(): Worker {
  if (worker === undefined) {
    worker = exemptFromGuard(() => new Worker(PROGRAM, { eval: true }));
    worker.unref();
  }
  return worker;
}

type Order = { listen: string; state: Int32Array } | { close: number } | { unlisten: string };

function tell(order: Order): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
  thread().postMessage(order);
}

/** A unix socket at which a real server connects to this process, whose connections are taken without a loop turn. */
export class Acceptor {
  readonly path: string;
  readonly #state = new Int32Array(new SharedArrayBuffer(4 * (FIRST + PLACES)));
  #taken = 0;

  constructor(path: string) {
    this.path = path;
    exemptFromGuard(() => tell({ listen: path, state: this.#state }));
    this.#wait(READY, 0, `listening at ${path}`);
  }

  /** The next connection, waiting for it in real time. */
  accept(): Accepted {
    this.#wait(COUNT, this.#taken, `a connection to ${this.path}`);
    const fd = this.#state[FIRST + (this.#taken % PLACES)] as number;
    this.#taken += 1;
    return { fd, close: () => tell({ close: fd }) };
  }

  /** Connections that came and are waited for no longer are let go. */
  drop(): void {
    while (Atomics.load(this.#state, COUNT) > this.#taken) this.accept().close();
  }

  close(): void {
    this.drop();
    tell({ unlisten: this.path });
  }

  #wait(index: number, value: number, what: string): void {
    while (Atomics.load(this.#state, index) === value) {
      if (Atomics.wait(this.#state, index, value, LIMIT_MS) === 'timed-out') throw new Error(`no ${what} within 10 s`);
    }
  }
}
