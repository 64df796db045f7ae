import { Duplex, type DuplexOptions, addAbortSignal } from 'node:stream';
import { type Life, type Resource, currentLife } from '../kernel/life.ts';
import type { SimEvent } from '../kernel/heap.ts';
import { currentSimulation } from '../kernel/simulation.ts';
import { afterRun } from './after-run.ts';
import type { Connection } from './connection.ts';
import { networkError } from './errors.ts';
import type { Endpoint } from './network.ts';

type Done = (error?: Error | null) => void;

/** TCP socket in memory. `SimClientSocket` (net-patch.ts) adds `connect`; it stands for `net.Socket`. */
export class SimSocket extends Duplex implements Resource {
  readonly life: Life | undefined = currentLife();
  connecting = false;
  connection: Connection | undefined;
  local: Endpoint | undefined;
  remote: Endpoint | undefined;
  bytesRead = 0;
  bytesWritten = 0;
  /** Idle limit of `setTimeout`, ms; 0: none. */
  timeout = 0;
  /** The listening server that accepted it: counts its connections. */
  _server: { _connections: number; _emitCloseIfDrained(): void } | undefined;
  #referenced = true;
  #held = false;
  #waiting: (() => void) | undefined;
  #onConnected: (() => void)[] = [];
  #idleSince = 0;
  #idleTimer: SimEvent | undefined;
  #abrupt = false;

  constructor(options: DuplexOptions = {}) {
    super({
      allowHalfOpen: options.allowHalfOpen ?? false,
      autoDestroy: true,
      emitClose: false, // net.Socket's own `close` says whether there was an error
      decodeStrings: true,
      ...(options.highWaterMark === undefined ? {} : { highWaterMark: options.highWaterMark }),
    });
    if (options.signal) addAbortSignal(options.signal, this);
    this.on('end', () => {
      if (!this.allowHalfOpen && this.writable) this.end();
    });
  }

  /** The process holds the socket from now on: it keeps it alive and dies with it. */
  hold(): void {
    if (this.#held) return;
    this.#held = true;
    this.life?.resources.add(this);
    if (this.#referenced && this.life !== undefined) this.life.references += 1;
  }

  // --- what the connection says -------------------------------------------------------------

  connected(): void {
    if (this.destroyed) return;
    this.connecting = false;
    this.#touch();
    for (const run of this.#onConnected.splice(0)) run();
    this.emit('connect');
    this.emit('ready');
  }

  receive(chunk: Buffer): void {
    this.bytesRead += chunk.length;
    this.#touch();
    this.push(chunk);
  }

  receiveEnd(): void {
    if (!this.destroyed) this.push(null);
  }

  /** Reset by the peer or by the network. */
  lost(): void {
    this.#abrupt = true;
    if (!this.destroyed) this.destroy(networkError('ECONNRESET', 'read'));
  }

  get waitsForWindow(): boolean {
    return this.#waiting !== undefined;
  }

  windowOpened(): void {
    const go = this.#waiting;
    this.#waiting = undefined;
    go?.();
  }

  // --- Duplex ------------------------------------------------------------------------------

  override _read(): void {}

  override read(size?: number): unknown {
    const chunk = super.read(size) as unknown;
    if (chunk !== null) this.connection?.consumed(this);
    return chunk;
  }

  override _write(chunk: Buffer, _encoding: string, done: Done): void {
    this.#send(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: Done): void {
    this.#send(
      chunks.length === 1 ? (chunks[0] as { chunk: Buffer }).chunk : Buffer.concat(chunks.map(({ chunk }) => chunk)),
      done,
    );
  }

  #send(chunk: Buffer, done: Done): void {
    if (this.connecting) {
      this.#onConnected.push(() => this.#send(chunk, done));
      return;
    }
    const { connection } = this;
    if (connection === undefined) {
      done(networkError('EPIPE', 'write'));
      return;
    }
    this.#touch();
    this.bytesWritten += chunk.length;
    // The caller may reuse its memory once the write is done: the bytes in flight are ours.
    connection.send(this, Buffer.from(chunk));
    if (connection.full(this)) this.#waiting = () => done();
    else done();
  }

  /** For servers of the simulation: `chunk` leaves at virtual instant `departs`, after what was sent before. No back-pressure. */
  sendAt(departs: number, chunk: Buffer): void {
    if (this.destroyed || this.connection === undefined) return;
    this.#touch();
    this.bytesWritten += chunk.length;
    this.connection.send(this, chunk, departs);
  }

  override _final(done: Done): void {
    if (this.connecting) {
      this.#onConnected.push(() => this._final(done));
      return;
    }
    this.connection?.finish(this);
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.connecting = false;
    this.#stopIdleTimer();
    this.#letGo();
    this.connection?.gone(this, this.#abrupt);
    done(error);
    process.nextTick(() => this.emit('close', error !== null));
    const server = this._server;
    if (server !== undefined) {
      this._server = undefined;
      server._connections -= 1;
      server._emitCloseIfDrained();
    }
  }

  #letGo(): void {
    if (!this.#held) return;
    this.#held = false;
    this.life?.resources.delete(this);
    if (this.#referenced && this.life !== undefined) this.life.references -= 1;
  }

  /** The process died: nothing of it runs any more, the peer sees a reset. */
  destroyWithLife(): void {
    // Node will not close its native HTTP parser, which may be the one that is at work just now.
    const parser = Reflect.get(this, 'parser') as { close(): void } | null | undefined;
    if (parser) afterRun(() => parser.close());
    this.connection?.gone(this, true);
  }

  // --- the rest of net.Socket ----------------------------------------------------------------

  resetAndDestroy(): this {
    this.#abrupt = true;
    this.destroy(networkError('ECONNRESET', 'read'));
    return this;
  }

  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    if (!this.#referenced && this.#held && this.life !== undefined) this.life.references += 1;
    this.#referenced = true;
    return this;
  }

  unref(): this {
    if (this.#referenced && this.#held && this.life !== undefined) this.life.references -= 1;
    this.#referenced = false;
    return this;
  }

  address(): object {
    return this.local === undefined ? {} : { address: this.local.address, family: 'IPv4', port: this.local.port };
  }

  get localAddress(): string | undefined {
    return this.local?.address;
  }

  get localPort(): number | undefined {
    return this.local?.port;
  }

  get remoteAddress(): string | undefined {
    return this.destroyed ? undefined : this.remote?.address;
  }

  get remotePort(): number | undefined {
    return this.destroyed ? undefined : this.remote?.port;
  }

  get remoteFamily(): string | undefined {
    return this.remoteAddress === undefined ? undefined : 'IPv4';
  }

  get pending(): boolean {
    return this.connection === undefined || this.connecting;
  }

  get readyState(): string {
    if (this.connecting) return 'opening';
    if (this.connection === undefined || this.destroyed) return 'closed';
    if (this.readable && this.writable) return 'open';
    if (this.readable) return 'readOnly';
    return this.writable ? 'writeOnly' : 'closed';
  }

  /** `timeout` is emitted after `ms` without traffic in either direction. */
  setTimeout(ms: number, listener?: () => void): this {
    this.timeout = ms;
    if (listener !== undefined) {
      if (ms === 0) this.removeListener('timeout', listener);
      else this.once('timeout', listener);
    }
    this.#stopIdleTimer();
    if (ms > 0) {
      this.#touch();
      this.#watch(ms);
    }
    return this;
  }

  #touch(): void {
    if (this.timeout > 0) this.#idleSince = currentSimulation()?.now ?? 0;
  }

  /** One event for the whole idle time, moved when it comes due: traffic itself costs none. */
  #watch(delay: number): void {
    const simulation = currentSimulation();
    if (simulation === undefined) return;
    this.#idleTimer = simulation.after(
      delay,
      () => {
        this.#idleTimer = undefined;
        if (this.destroyed || this.timeout === 0) return;
        const left = this.#idleSince + this.timeout - simulation.now;
        if (left > 0) this.#watch(left);
        else this.emit('timeout');
      },
      this.life,
    );
  }

  #stopIdleTimer(): void {
    if (this.#idleTimer !== undefined) this.#idleTimer.cancelled = true;
    this.#idleTimer = undefined;
  }
}
