import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Tasks } from './tasks.ts';

/**
 * The runtime's API over HTTP: GET /v1/tasks, POST /v1/tasks/{name}:restart, POST /v1/tasks/{name}:rebuild {"standbyOf"}, GET
 * /health/live.
 * @param folder that the servers have too, for what they are told at their start
 */
export function taskRuntimeServer(tasks: Tasks, log: (line: string) => void, folder: string): Server {
  return createServer((request, response) => {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const route = async (): Promise<void> => {
      const { pathname } = new URL(request.url ?? '/', 'http://task-runtime');
      if (request.method === 'GET' && pathname === '/health/live') return answer(200, { status: 'live' });
      if (request.method === 'GET' && pathname === '/v1/tasks') return answer(200, { tasks: await tasks.list() });
      const rebuilt = /^\/v1\/tasks\/([^/]+):rebuild$/.exec(pathname)?.[1];
      if (request.method === 'POST' && rebuilt !== undefined) {
        const { standbyOf = '' } = (await json(request)) as { readonly standbyOf?: string };
        const name = decodeURIComponent(rebuilt);
        log(`making ${name} anew, as a standby of ${standbyOf}`);
        if (await tasks.rebuild(name, standbyOf, folder)) return answer(200, { name, standbyOf });
        return answer(409, { message: `${name} cannot become a standby of ${standbyOf}` });
      }
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
