import http from 'node:http';
import net from 'node:net';
import type { ComponentSpec } from '../../../contract/index.ts';
import type { SimProcess } from '../kernel/process.ts';
import { httpCall } from './http-call.ts';
import type { Outside } from './outside.ts';

const TIMEOUT_MS = 1000;

/** Sends `question` over a connection of its own; true when the reply has arrived and fits. */
function ask(host: string, port: number, question: Buffer, fits: (reply: Buffer) => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    let reply = Buffer.alloc(0);
    const end = (answer: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(false), TIMEOUT_MS);
    socket.on('connect', () => socket.write(question));
    socket.on('data', (chunk: Buffer) => {
      reply = Buffer.concat([reply, chunk]);
      if (fits(reply)) end(true);
    });
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
  });
}

/** SSLRequest of PostgreSQL's protocol: a server that takes connections answers `N`. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const PING = Buffer.from('PING\r\n');

/** Asks a component the question that its own clients would: over the administration's machine, which no fault reaches. */
export function healthCheck(outside: Outside): (spec: ComponentSpec, process: SimProcess) => Promise<boolean> {
  const agent = outside.run(() => new http.Agent({ keepAlive: false }));
  return async (spec, process) => {
    if (process.state !== 'running') return false;
    return outside.run(async () => {
      if (spec.kind === 'redis')
        return ask(process.name, spec.port, PING, (reply) => reply.toString().startsWith('+PONG'));
      if (spec.kind === 'postgres') return ask(process.name, spec.port, SSL_REQUEST, (reply) => reply[0] === 78);
      const call = {
        host: process.name,
        port: spec.http.port,
        method: 'GET',
        path: spec.http.healthPath,
        timeoutMs: TIMEOUT_MS,
        agent,
      };
      return httpCall(call).then(
        ({ status }) => status === 200,
        () => false,
      );
    });
  };
}
