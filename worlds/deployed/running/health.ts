import net from 'node:net';
import type { ComponentSpec } from '../../../contract/index.ts';

/** Version 3.0 of PostgreSQL's protocol. */
const PROTOCOL = 196_608;
/** AuthenticationOk; a server that is still starting answers with an error. */
const AUTHENTICATION = 'R'.charCodeAt(0);
const PING = Buffer.from('PING\r\n');

/** Asks a component what its own clients would, at the port that is published for administration; true when the answer fits. */
export function asksWell(spec: ComponentSpec, port: number, timeoutMs: number): Promise<boolean> {
  if (spec.kind === 'redis') return ask(port, PING, (reply) => reply.toString().startsWith('+PONG'), timeoutMs);
  if (spec.kind === 'postgres')
    return ask(port, startupMessage(spec.database), (reply) => reply[0] === AUTHENTICATION, timeoutMs);
  return answersOk(port, spec.http.healthPath, timeoutMs);
}

/** The first message of a session. */
function startupMessage(database: string): Buffer {
  const parameters = Buffer.from(`user\0postgres\0database\0${database}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + parameters.length, 0);
  head.writeInt32BE(PROTOCOL, 4);
  return Buffer.concat([head, parameters]);
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
