import { once } from 'node:events';
import { type Server, type Socket, createServer } from 'node:net';
import { NatsCluster } from '../cluster.ts';
import type { ClusterHost, NatsHost } from '../types.ts';

/** The machine's own clock, timers and randomness; a route takes no time to speak of. */
const host: ClusterHost & NatsHost = {
  now: () => performance.timeOrigin + performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
  random: () => Math.random(),
  delay: () => 0.1,
  enter: (work) => work(),
};

/** Our servers over real loopback TCP. */
export class OurNats {
  readonly ports: readonly number[];
  readonly #servers: readonly Server[];
  readonly #sockets: Set<Socket>;

  private constructor(ports: readonly number[], servers: readonly Server[], sockets: Set<Socket>) {
    this.ports = ports;
    this.#servers = servers;
    this.#sockets = sockets;
  }

  static async start(nodes: number): Promise<OurNats> {
    const names = nodes === 1 ? ['nats'] : Array.from({ length: nodes }, (_, index) => `nats-${index + 1}`);
    const ports = new Map<string, number>();
    const cluster = new NatsCluster({
      host,
      name: 'nats',
      names,
      address: (name) => `127.0.0.1:${ports.get(name)}`,
      connected: () => true,
      frozen: () => false,
    });
    const servers: Server[] = [];
    const sockets = new Set<Socket>();
    for (const name of names) {
      const server = createServer((socket) => {
        sockets.add(socket);
        cluster.nodes.get(name)?.accept(socket);
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      ports.set(name, address.port);
      servers.push(server);
    }
    for (const name of names) cluster.join(name, host);
    while (cluster.jetstream.meta.leaderNode === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
    return new OurNats([...ports.values()], servers, sockets);
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#servers) server.close();
  }
}
