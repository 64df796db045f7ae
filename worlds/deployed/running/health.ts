import type { ComponentSpec } from '../../../contract/index.ts';
import { REDIS_PING, ask, natsQuestion } from '../../ask.ts';

/** Version 3.0 of PostgreSQL's protocol. */
const PROTOCOL = 196_608;
/** AuthenticationOk; a server that is still starting answers with an error. */
const AUTHENTICATION = 'R'.charCodeAt(0);
/** SSLRequest of PostgreSQL's protocol: a server that takes connections answers `N`. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const NO_TLS = 'N'.charCodeAt(0);
const HOST = '127.0.0.1';

/** Asks a component what its own clients would, at the port that is published for administration; true when the answer fits. */
export function asksWell(spec: ComponentSpec, port: number, timeoutMs: number): Promise<boolean> {
  if (spec.kind === 'redis') return ask({ host: HOST, port, timeoutMs, ...REDIS_PING });
  if (spec.kind === 'postgres')
    return ask({
      host: HOST,
      port,
      timeoutMs,
      bytes: startupMessage(spec.database),
      fits: (reply) => reply[0] === AUTHENTICATION,
    });
  // A pooler answers a session's first message although its server is away: it is asked only whether it serves.
  if (spec.kind === 'pgbouncer')
    return ask({ host: HOST, port, timeoutMs, bytes: SSL_REQUEST, fits: (reply) => reply[0] === NO_TLS });
  if (spec.kind === 'nats') return ask({ host: HOST, port, timeoutMs, ...natsQuestion(`${spec.name}-${port}`) });
  if (spec.kind === 'object-store') return answersOk(port, '/health', timeoutMs);
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
    const answer = await fetch(`http://${HOST}:${port}${path}`, { signal: AbortSignal.timeout(timeoutMs) });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}
