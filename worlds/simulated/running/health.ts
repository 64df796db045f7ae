import http from 'node:http';
import type { ComponentSpec } from '../../../contract/index.ts';
import { REDIS_PING, ask, natsQuestion } from '../../ask.ts';
import type { SimProcess } from '../kernel/process.ts';
import { httpCall } from './http-call.ts';
import type { Outside } from './outside.ts';

const TIMEOUT_MS = 1000;

/** SSLRequest of PostgreSQL's protocol: a server that takes connections answers `N`. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const NO_TLS = 'N'.charCodeAt(0);

/** Asks a component the question that its own clients would: over the administration's machine, which no fault reaches. */
export function healthCheck(outside: Outside): (spec: ComponentSpec, process: SimProcess) => Promise<boolean> {
  const agent = outside.run(() => new http.Agent({ keepAlive: false }));
  return async (spec, process) => {
    if (process.state !== 'running') return false;
    return outside.run(async () => {
      const at = { host: process.name, timeoutMs: TIMEOUT_MS };
      if (spec.kind === 'redis') return ask({ ...at, port: spec.port, ...REDIS_PING });
      if (spec.kind === 'postgres' || spec.kind === 'pgbouncer') {
        return ask({ ...at, port: spec.port, bytes: SSL_REQUEST, fits: (reply) => reply[0] === NO_TLS });
      }
      if (spec.kind === 'nats') return ask({ ...at, port: spec.port, ...natsQuestion(process.name) });
      if (spec.kind === 'object-store') {
        // Any answer will do: without a signature it is a refusal.
        const asked = { host: process.name, port: spec.port, method: 'GET', path: '/', timeoutMs: TIMEOUT_MS, agent };
        return httpCall(asked).then(
          () => true,
          () => false,
        );
      }
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
