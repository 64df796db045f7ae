/** supervisor: keeps the tasks of a runtime running. Start: `TASK_RUNTIME_URL=… node system/operations/supervisor/main.ts`. */
import { Registry } from 'prom-client';
import { z } from 'zod';
import { createHttpApp, problemSchema } from '../../kit/http.ts';
import { createLogger } from '../../kit/logging.ts';
import { NOT_FOUND, Problem, UNAVAILABLE } from '../../kit/problems.ts';
import { Closing, drainOnSignal, startOrExit } from '../../kit/shutdown.ts';
import { LIVENESS_ACTIONS, supervisorConfig } from './config.ts';
import { httpRuntime, RuntimeError } from './runtime.ts';
import { Supervisor } from './supervisor.ts';

const NAME = 'supervisor';

const taskView = z.object({
  name: z.string(),
  state: z.string(),
  live: z.boolean().optional(),
  probeFailures: z.number().int(),
  livenessAction: z.enum(LIVENESS_ACTIONS),
  restarts: z.number().int(),
});

await startOrExit(async () => {
  const config = supervisorConfig(process.env);
  const log = createLogger(NAME, config.LOG_LEVEL);
  const registry = new Registry();
  const supervisor = new Supervisor(
    config,
    httpRuntime(config.TASK_RUNTIME_URL, config.RUNTIME_TIMEOUT_MS),
    log,
    registry,
  );
  const closing = new Closing();

  const http = await createHttpApp({ service: NAME, log, registry, liveness: () => supervisor.liveness() });
  http.get(
    '/v1/tasks',
    { schema: { summary: 'The tasks as last seen', response: { 200: z.object({ tasks: z.array(taskView) }) } } },
    async () => ({ tasks: supervisor.tasks() }),
  );
  http.post(
    '/v1/tasks/:action',
    {
      schema: {
        summary: 'Restart a task now: /v1/tasks/{name}:restart',
        params: z.object({ action: z.string().regex(/^.+:restart$/, 'must be {name}:restart') }),
        response: {
          200: z.object({ name: z.string(), restarted: z.literal(true) }),
          '4xx': problemSchema,
          '5xx': problemSchema,
        },
      },
    },
    async (request) => {
      const name = request.params.action.replace(/:restart$/, '');
      try {
        await supervisor.restart(name, 'operator');
      } catch (error) {
        if (!(error instanceof RuntimeError)) throw error;
        if (error.status === 404) throw new Problem('NOT_FOUND', NOT_FOUND, `There is no task ${name}.`);
        throw new Problem('UNAVAILABLE', UNAVAILABLE, error.message, { retryAfterMs: 2000 }, error);
      }
      return { name, restarted: true as const };
    },
  );
  supervisor.start();
  closing.add('supervisor', () => supervisor.stop());
  await http.listen({ host: config.HTTP_HOST, port: config.HTTP_PORT });
  closing.add('http', () => http.close());

  drainOnSignal(closing, log, config.SHUTDOWN_GRACE_MS);
  log.info({ http: http.server.address() }, 'started');
});
