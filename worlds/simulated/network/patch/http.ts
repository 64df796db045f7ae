import http from 'node:http';
import net from 'node:net';
import { type Life, currentLife } from '../../kernel/life.ts';
import { replace } from '../../kernel/patch/define.ts';
import { real } from '../../kernel/real.ts';
import { currentNetwork } from '../network.ts';

const TRACKED = Symbol('tracked by the simulation');

interface TimedServer extends http.Server {
  [TRACKED]?: true;
}

/**
 * Node checks `headersTimeout` and `requestTimeout` on a real interval with the real clock. That interval is stopped and
 * the same limits are kept in virtual time: 408 and the connection's end, or the `clientError` listener.
 */
function trackTimeouts(server: TimedServer): void {
  for (const symbol of Object.getOwnPropertySymbols(server)) {
    if (symbol.description === 'http.server.connectionsCheckingInterval') {
      real.clearInterval(Reflect.get(server, symbol) as NodeJS.Timeout);
    }
  }
  if (server[TRACKED]) return;
  server[TRACKED] = true;
  const late = (socket: net.Socket): void => {
    const error = Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
    if (server.emit('clientError', error, socket)) return;
    if (socket.writable) socket.write('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
    socket.destroy(error);
  };
  server.prependListener('connection', (socket: net.Socket) => {
    let timer: NodeJS.Timeout | undefined;
    const limit = (ms: number): void => {
      clearTimeout(timer);
      timer = undefined;
      if (ms > 0) timer = setTimeout(() => late(socket), ms).unref();
    };
    limit(server.headersTimeout);
    let waiting = true;
    socket.on('data', () => {
      if (waiting || timer !== undefined) return;
      waiting = true;
      limit(server.headersTimeout);
    });
    socket.on('close', () => limit(0));
    Reflect.set(socket, TRACKED, (request: http.IncomingMessage) => {
      waiting = false;
      limit(request.complete ? 0 : server.requestTimeout);
      request.once('end', () => limit(0));
    });
  });
  server.prependListener('request', (request: http.IncomingMessage) => {
    (Reflect.get(request.socket, TRACKED) as ((request: http.IncomingMessage) => void) | undefined)?.(request);
  });
}

const agentIds = new WeakMap<Life, number>();
let lastAgentId = 0;

function lifeKey(): string {
  const life = currentLife();
  if (life === undefined) return '';
  let id = agentIds.get(life);
  if (id === undefined) agentIds.set(life, (id = lastAgentId += 1));
  return `:life${id}`;
}

let second = -1;
let secondText = '';

/** The header's text changes once a second; answers are many. */
function dateHeader(): string {
  const now = Date.now();
  const current = Math.floor(now / 1000);
  if (current !== second) {
    second = current;
    secondText = new Date(now).toUTCString();
  }
  return secondText;
}

/** `node:http`: agents connect over the simulated network and keep sockets apart by process; time-outs and `Date` are virtual. */
export function patchHttp(): void {
  const agent = http.Agent.prototype as unknown as {
    createConnection(options: { port?: number; host?: string }, done?: unknown): unknown;
    getName(options?: object): string;
  };
  replace(agent, 'createConnection', (options: net.NetConnectOpts, done?: () => void) =>
    net.createConnection(options, done),
  );
  const { getName } = agent;
  replace(agent, 'getName', function named(this: http.Agent, options?: object): string {
    return getName.call(this, options) + lifeKey();
  });
  const response = http.ServerResponse.prototype as unknown as { writeHead(...args: unknown[]): unknown };
  const { writeHead } = response;
  replace(response, 'writeHead', function dated(this: http.ServerResponse, ...args: unknown[]): unknown {
    // Node's own Date header comes from an internal cache of the real clock.
    if (this.sendDate && !this.hasHeader('date') && currentNetwork() !== undefined)
      this.setHeader('Date', dateHeader());
    return writeHead.apply(this, args);
  });
  const { emit } = http.Server.prototype;
  replace(
    http.Server.prototype,
    'emit',
    function watched(this: TimedServer, event: string, ...args: unknown[]): boolean {
      const result = (emit as (...args: unknown[]) => boolean).call(this, event, ...args);
      if (event === 'listening' && currentNetwork() !== undefined) trackTimeouts(this);
      return result;
    },
  );
}
