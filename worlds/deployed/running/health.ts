import net from 'node:net';
import type { ComponentSpec } from '../../../contract/index.ts';

/** SSLRequest of PostgreSQL's protocol: a server that takes connections answers `N`. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const PING = Buffer.from('PING\r\n');

/** Asks a component what its own clients would, at the port that is published for administration; true when the answer fits. */
export function asksWell(spec: ComponentSpec, port: number, timeoutMs: number): Promise<boolean> {
  if (spec.kind === 'redis') return ask(port, PING, (reply) => reply.toString().startsWith('+PONG'), timeoutMs);
  if (spec.kind === 'postgres') return ask(port, SSL_REQUEST, (reply) => reply[0] === 78, timeoutMs);
  return answersOk(port, spec.http.healthPath, timeoutMs);
}

async function answersOk(port: number, path: string, timeoutMs: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(timeoutMs) });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}

function ask(port: number, question: Buffer, fits: (reply: Buffer) => boolean, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: '127.0.0.1', port });
    let reply = Buffer.alloc(0);
    const end = (answer: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(false), timeoutMs);
    socket.on('connect', () => socket.write(question));
    socket.on('data', (chunk: Buffer) => {
      reply = Buffer.concat([reply, chunk]);
      if (fits(reply)) end(true);
    });
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
  });
}
