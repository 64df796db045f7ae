/** task-runtime: lists and restarts one run's containers for the supervisor. README.md gives its environment. */
import { Engine } from './engine.ts';
import { taskRuntimeServer } from './server.ts';
import { Tasks } from './tasks.ts';

const {
  FAULTLINE_RUN = '',
  DOCKER_SOCKET = '/var/run/docker.sock',
  HTTP_PORT = '7000',
  HTTP_HOST = '0.0.0.0',
  CLOCKS = '/clocks',
} = process.env;
if (FAULTLINE_RUN === '' || !/^\d{1,5}$/.test(HTTP_PORT)) {
  process.stderr.write(
    `FAULTLINE_RUN must be the run's id (found '${FAULTLINE_RUN}') and HTTP_PORT a port (found '${HTTP_PORT}').\n`,
  );
  process.exit(78);
}
const log = (line: string): void => console.log(line);
const server = taskRuntimeServer(new Tasks(new Engine(DOCKER_SOCKET), FAULTLINE_RUN), log, CLOCKS);
server.listen(Number(HTTP_PORT), HTTP_HOST, () => log(`started for run ${FAULTLINE_RUN} on port ${HTTP_PORT}`));
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}
