import { createServer, type Server } from 'node:http';
import type { Tasks } from './tasks.ts';

/** The runtime's API over HTTP: GET /v1/tasks, POST /v1/tasks/{name}:restart, GET /health/live. */
export function taskRuntimeServer(tasks: Tasks, log: (line: string) => void): Server {
  return createServer((request, response) => {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const route = async (): Promise<void> => {
      const { pathname } = new URL(request.url ?? '/', 'http://task-runtime');
      if (request.method === 'GET' && pathname === '/health/live') return answer(200, { status: 'live' });
      if (request.method === 'GET' && pathname === '/v1/tasks') return answer(200, { tasks: await tasks.list() });
      const encoded = /^\/v1\/tasks\/([^/]+):restart$/.exec(pathname)?.[1];
      if (request.method !== 'POST' || encoded === undefined) {
        return answer(404, { message: `no route ${request.method} ${pathname}` });
      }
      const name = decodeURIComponent(encoded);
      log(`restarting ${name}`);
      if (!(await tasks.restart(name))) return answer(404, { message: `this run has no task ${name}` });
      return answer(200, { name, restarted: true });
    };
    route().catch((error: unknown) => {
      log(`${request.method} ${request.url}: ${String(error)}`);
      answer(502, { message: String(error) });
    });
  });
}
