import http from 'node:http';
import type { SimProcess } from '../kernel/process.ts';

/** What the supervisor asks of the runtime about one process. */
export interface RuntimeTask {
  readonly process: SimProcess;
  readonly livenessUrl: string;
}

/**
 * The runtime that a supervisor drives (its API: system/operations/supervisor/runtime.ts), as an engine of containers would
 * answer it: lists tasks and restarts them.
 */
export function serveTaskRuntime(port: number, tasks: readonly RuntimeTask[]): void {
  const server = http.createServer((request, response) => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (request.method === 'GET' && request.url === '/v1/tasks') {
      answer(200, { tasks: tasks.map(describe) });
      return;
    }
    const name = /^\/v1\/tasks\/([^/]+):restart$/.exec(request.url ?? '')?.[1];
    const task = tasks.find(({ process }) => process.name === name);
    if (request.method !== 'POST' || task === undefined) {
      answer(404, { message: `no task ${name ?? request.url}` });
      return;
    }
    const { process } = task;
    process.terminate(() => process.start());
    answer(202, describe(task));
  });
  server.listen(port);
}

const describe = ({ process, livenessUrl }: RuntimeTask): object => ({
  name: process.name,
  state: process.state,
  exitCode: process.life?.exit?.code ?? null,
  livenessUrl,
});
