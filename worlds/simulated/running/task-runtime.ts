import http from 'node:http';
import type { SimProcess } from '../kernel/process.ts';

/** What the supervisor asks of the runtime about one process. */
export interface RuntimeTask {
  readonly process: SimProcess;
  readonly livenessUrl: string;
}

/** A PostgreSQL server that the runtime can make anew. */
export interface RuntimeDatabase {
  readonly process: SimProcess;
  readonly rebuild: (standbyOf: string) => void;
}

/** How long copying the data of a server takes, ms. */
const COPY_MS = 5000;

/**
 * The runtime that a supervisor drives (its API: system/operations/supervisor/runtime.ts), as an engine of containers would
 * answer it: lists tasks and restarts them; and makes a database anew as a standby (system/operations/failover-manager/runtime.ts).
 */
export function serveTaskRuntime(
  port: number,
  tasks: readonly RuntimeTask[],
  databases: readonly RuntimeDatabase[],
): void {
  const server = http.createServer((request, response) => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (request.method === 'GET' && request.url === '/v1/tasks') {
      answer(200, { tasks: tasks.map(describe) });
      return;
    }
    const rebuilt = /^\/v1\/tasks\/([^/]+):rebuild$/.exec(request.url ?? '')?.[1];
    const database = databases.find(({ process }) => process.name === rebuilt);
    if (request.method === 'POST' && database !== undefined) {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { standbyOf = '' } = JSON.parse(body) as { standbyOf?: string };
        if (database.process.beingMade) {
          answer(409, { message: `${rebuilt} is being made anew already` });
          return;
        }
        database.process.kill();
        database.process.beingMade = true;
        setTimeout(() => {
          database.process.beingMade = false;
          try {
            database.rebuild(standbyOf);
          } catch (error) {
            answer(409, { message: (error as Error).message });
            return;
          }
          database.process.start();
          answer(200, { name: rebuilt, standbyOf });
        }, COPY_MS);
      });
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
