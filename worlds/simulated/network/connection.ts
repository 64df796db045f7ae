import type { Simulation } from '../kernel/simulation.ts';
import { Channel } from './channel.ts';
import { networkError } from './errors.ts';
import { CONNECT_GIVES_UP_MS, type HostLink } from './link.ts';
import type { SimSocket } from './socket.ts';

/** Where a listening process takes a connection; undefined: nobody listens there. */
export type Accept = () => SimSocket | undefined;

/** Bytes that a sender may have under way and unread before its writes wait. */
const WINDOW_BYTES = 256 * 1024;

/** A TCP connection between two sockets: handshake, both directions, reset. */
export class Connection {
  readonly client: SimSocket;
  server: SimSocket | undefined;
  readonly #simulation: Simulation;
  readonly #link: HostLink;
  readonly #forward: Channel;
  readonly #backward: Channel;
  readonly #port: number;
  #closed = false;

  /** @param link from client to server; @param back the other direction. */
  constructor(simulation: Simulation, client: SimSocket, link: HostLink, back: HostLink, port: number) {
    this.#simulation = simulation;
    this.client = client;
    this.#link = link;
    this.#port = port;
    this.#forward = new Channel(simulation, link, {
      receiver: () => this.server?.life,
      deliver: (chunk) => this.#deliver(this.server, chunk),
      gaveUp: () => this.#gaveUp(),
    });
    this.#backward = new Channel(simulation, back, {
      receiver: () => client.life,
      deliver: (chunk) => this.#deliver(client, chunk),
      gaveUp: () => this.#gaveUp(),
    });
  }

  /** Sends the SYN; `accept` is asked where it arrives. */
  open(accept: Accept): void {
    const simulation = this.#simulation;
    this.#link.connections.add(this);
    simulation.record(`connect ${this.#link.from.name}>${this.#link.to.name}:${this.#port}`);
    this.#forward.send({ kind: 'control', name: 'syn', run: () => this.#arrived(accept) });
    simulation.after(
      CONNECT_GIVES_UP_MS,
      () => {
        if (this.client.connecting) this.#failConnect('ETIMEDOUT');
      },
      undefined,
    );
  }

  #arrived(accept: Accept): void {
    const server = this.#link.has('down') ? undefined : accept();
    if (server === undefined) {
      this.#link.counts.refused += 1;
      this.#backward.send({ kind: 'control', name: 'syn-refused', run: () => this.#failConnect('ECONNREFUSED') });
      return;
    }
    this.server = server;
    this.#link.counts.connections += 1;
    this.#backward.send({
      kind: 'control',
      name: 'syn-accepted',
      run: () => this.#simulation.after(0, () => this.client.connected(), this.client.life),
    });
  }

  #failConnect(code: string): void {
    this.#close();
    const { to } = this.#link;
    const error = networkError(code, 'connect', to.address, this.#port);
    this.#simulation.record(`${code} ${this.#link.from.name}>${to.name}:${this.#port}`);
    this.#simulation.after(0, () => this.client.destroy(error), this.client.life);
  }

  #gaveUp(): void {
    for (const socket of [this.client, this.server]) {
      if (socket !== undefined)
        this.#simulation.after(0, () => socket.destroy(networkError('ETIMEDOUT', 'read')), socket.life);
    }
    this.#close();
  }

  #deliver(socket: SimSocket | undefined, chunk: Buffer): void {
    if (socket === undefined) return;
    if (this.#link.has('reset')) {
      this.#link.counts.reset += 1;
      this.reset();
    } else if (socket.destroyed) {
      // Data for a closed socket: its host answers with a reset.
      this.#toPeer(socket, 'rst', (peer) => peer.lost());
    } else {
      socket.receive(chunk);
      this.consumed(socket);
    }
  }

  #outOf(socket: SimSocket): Channel {
    return socket === this.client ? this.#forward : this.#backward;
  }

  #peerOf(socket: SimSocket): SimSocket | undefined {
    return socket === this.client ? this.server : this.client;
  }

  #toPeer(socket: SimSocket, name: string, run: (peer: SimSocket) => void): void {
    this.#outOf(socket).send({
      kind: 'control',
      name,
      run: () => {
        const peer = this.#peerOf(socket);
        if (peer !== undefined) this.#simulation.after(0, () => run(peer), peer.life);
      },
    });
  }

  /** @param departs instant at which it leaves, when later than now. */
  send(socket: SimSocket, chunk: Buffer, departs?: number): void {
    this.#outOf(socket).send({ kind: 'data', chunk, ...(departs === undefined ? {} : { departs }) });
  }

  /** Whether the sender has to wait before it writes more. */
  full(socket: SimSocket): boolean {
    return this.#outOf(socket).inFlight + (this.#peerOf(socket)?.readableLength ?? 0) > WINDOW_BYTES;
  }

  /** The receiver has taken data: its peer may go on writing. */
  consumed(socket: SimSocket): void {
    const peer = this.#peerOf(socket);
    if (peer?.waitsForWindow && !this.full(peer)) this.#simulation.after(0, () => peer.windowOpened(), peer.life);
  }

  /** FIN: no more data from this side. */
  finish(socket: SimSocket): void {
    this.#toPeer(socket, 'fin', (peer) => peer.receiveEnd());
  }

  /** The socket is gone. `abrupt`: its process died or it was reset, the peer sees ECONNRESET; else what was sent still arrives. */
  gone(socket: SimSocket, abrupt: boolean): void {
    if (this.#closed) return;
    if (abrupt) {
      this.#outOf(socket).senderDied();
      this.#toPeer(socket, 'rst', (peer) => peer.lost());
    } else if (!socket.writableFinished) this.finish(socket);
    if (this.#peerOf(socket)?.destroyed ?? true) this.#link.connections.delete(this);
  }

  /** Both ends see ECONNRESET at this instant. */
  reset(): void {
    if (this.#closed) return;
    this.#close();
    this.#simulation.record(`reset ${this.#link.from.name}>${this.#link.to.name}`);
    for (const socket of [this.client, this.server]) {
      if (socket !== undefined) this.#simulation.after(0, () => socket.lost(), socket.life);
    }
  }

  #close(): void {
    this.#closed = true;
    this.#forward.close();
    this.#backward.close();
    this.#link.connections.delete(this);
  }
}
