import net from 'node:net';
import { type Life, type Resource, currentLife, runInLife } from '../../kernel/life.ts';
import { replace } from '../../kernel/patch/define.ts';
import { NotSimulated } from '../errors.ts';
import { type Endpoint, type SimNetwork, currentNetwork } from '../network.ts';
import { SimSocket } from '../socket.ts';
import { lookup as resolveName } from './dns.ts';

type Callback = () => void;
interface ConnectOptions extends net.TcpNetConnectOpts {
  readonly path?: string;
  readonly hostname?: string;
}

/** Stands for `net.Socket` while a run is on. */
class SimClientSocket extends SimSocket {
  constructor(options: { allowHalfOpen?: boolean; signal?: AbortSignal; fd?: number; handle?: unknown } = {}) {
    if (options.fd !== undefined || options.handle) {
      throw new NotSimulated('A socket over an open descriptor', 'Connect by host and port.');
    }
    super(options);
  }

  /** `connect(port[, host][, listener])` or `connect(options[, listener])`. */
  connect(...args: unknown[]): this {
    const listener = args.findLast((arg) => typeof arg === 'function') as Callback | undefined;
    const [first, second] = args;
    const options: ConnectOptions =
      typeof first === 'object' && first !== null
        ? (first as ConnectOptions)
        : { port: Number(first), ...(typeof second === 'string' ? { host: second } : {}) };
    if (options.path || (typeof first === 'string' && Number.isNaN(Number(first)))) {
      throw new NotSimulated('A unix socket', 'Connect by host and port.');
    }
    if (listener !== undefined) this.once('connect', listener);
    const host = options.host ?? options.hostname ?? 'localhost';
    this.connecting = true;
    const lookup = options.lookup ?? (resolveName as unknown as NonNullable<net.TcpNetConnectOpts['lookup']>);
    lookup(host, {}, (error, found) => {
      const address = typeof found === 'string' ? found : (found?.[0]?.address ?? '');
      this.emit('lookup', error, address, 4, host);
      if (this.destroyed) return;
      if (error) this.destroy(error);
      else networkOrThrow().connect(this, address, options.port);
    });
    return this;
  }
}

export function networkOrThrow(): SimNetwork {
  const network = currentNetwork();
  if (network === undefined) throw new Error('a simulated socket was used after its run');
  return network;
}

interface ListeningServer extends net.Server {
  _handle: ListenHandle | null;
  _connections: number;
  allowHalfOpen: boolean;
}

/** Stands for the native handle, so that Node's own `close`, `listening` and `unref` work on it. */
class ListenHandle implements Resource {
  readonly endpoint: Endpoint;
  readonly #network: SimNetwork;
  readonly #life: Life | undefined;
  #referenced = true;
  #open = true;

  constructor(network: SimNetwork, life: Life | undefined, endpoint: Endpoint) {
    this.#network = network;
    this.#life = life;
    this.endpoint = endpoint;
    life?.resources.add(this);
    if (life !== undefined) life.references += 1;
  }

  close(done?: Callback): void {
    if (!this.#open) return;
    this.#open = false;
    this.#network.unlisten(this.endpoint);
    this.#life?.resources.delete(this);
    if (this.#referenced && this.#life !== undefined) this.#life.references -= 1;
    if (done !== undefined) process.nextTick(done);
  }

  destroyWithLife(): void {
    this.#network.unlisten(this.endpoint);
  }

  ref(): void {
    if (!this.#referenced && this.#open && this.#life !== undefined) this.#life.references += 1;
    this.#referenced = true;
  }

  unref(): void {
    if (this.#referenced && this.#open && this.#life !== undefined) this.#life.references -= 1;
    this.#referenced = false;
  }

  hasRef(): boolean {
    return this.#referenced;
  }

  getsockname(out: Record<string, unknown>): number {
    Object.assign(out, { address: this.endpoint.address, family: 'IPv4', port: this.endpoint.port });
    return 0;
  }
}

function listen(this: ListeningServer, ...args: unknown[]): ListeningServer {
  const network = networkOrThrow();
  const done = args.findLast((arg) => typeof arg === 'function') as Callback | undefined;
  const [first] = args;
  const options =
    typeof first === 'object' && first !== null ? (first as net.ListenOptions) : { port: Number(first ?? 0) };
  if (options.path || (typeof first === 'string' && Number.isNaN(Number(first)))) {
    throw new NotSimulated('A unix socket', 'Listen on a port.');
  }
  if (done !== undefined) this.once('listening', done);
  const life = currentLife();
  try {
    const endpoint = network.listen(network.here(), options.port ?? 0, {
      life,
      accept: (socket) => {
        socket.allowHalfOpen = this.allowHalfOpen;
        socket._server = this as unknown as NonNullable<SimSocket['_server']>;
        this._connections += 1;
        Reflect.set(socket, 'server', this);
        this.emit('connection', socket);
      },
    });
    this._handle = new ListenHandle(network, life, endpoint);
    process.nextTick(() => runInLife(life, () => this._handle !== null && this.emit('listening')));
  } catch (error) {
    process.nextTick(() => this.emit('error', error));
  }
  return this;
}

/** `node:net`: sockets, servers; what is not there refuses. */
export function patchNet(): void {
  const native = { Socket: net.Socket, connect: net.connect, listen: net.Server.prototype.listen };
  const inRun = (): boolean => currentNetwork() !== undefined;
  const connect = (...args: unknown[]): unknown =>
    inRun()
      ? new SimClientSocket(typeof args[0] === 'object' ? (args[0] as object) : {}).connect(...args)
      : (native.connect as (...args: unknown[]) => unknown)(...args);
  Object.defineProperty(SimClientSocket, Symbol.hasInstance, {
    value: (value: unknown) => value instanceof SimSocket || value instanceof native.Socket,
  });
  replace(net, 'connect', connect);
  replace(net, 'createConnection', connect);
  replace(net, 'Socket', SimClientSocket);
  replace(net, 'Stream', SimClientSocket);
  replace(net.Server.prototype, 'listen', function patched(this: ListeningServer, ...args: unknown[]): unknown {
    return inRun() ? listen.apply(this, args) : (native.listen as (...args: unknown[]) => unknown).apply(this, args);
  });
}
