/** autoscaler: starts further pods while clients wait for connections. Start: `node system/operations/autoscaler/main.ts`. */
import { Registry } from 'prom-client';
import { createHttpApp } from '../../kit/http.ts';
import { createLogger } from '../../kit/logging.ts';
import { Periodic } from '../../kit/periodic.ts';
import { Closing, drainOnSignal, startOrExit } from '../../kit/shutdown.ts';
import { httpRuntime } from '../supervisor/runtime.ts';
import { Autoscaler } from './autoscaler.ts';
import { autoscalerConfig } from './config.ts';

const NAME = 'autoscaler';

await startOrExit(async () => {
  const config = autoscalerConfig(process.env);
  const log = createLogger(NAME, config.LOG_LEVEL);
  const closing = new Closing();
  const readMetrics = async (): Promise<string> => {
    const response = await fetch(config.METRICS_URL, { signal: AbortSignal.timeout(config.POLL_MS) });
    if (!response.ok) throw new Error(`${config.METRICS_URL} answered ${response.status}`);
    return response.text();
  };
  const runtime = httpRuntime(config.TASK_RUNTIME_URL, config.RUNTIME_TIMEOUT_MS);
  const autoscaler = new Autoscaler(config, runtime, readMetrics);
  const loop = new Periodic('look', config.POLL_MS, log, async () => {
    const started = await autoscaler.look();
    if (started !== undefined) log.info({ started }, 'clients wait for connections: one more pod');
  });
  const http = await createHttpApp({ service: NAME, log, registry: new Registry() });
  await http.listen({ host: config.HTTP_HOST, port: config.HTTP_PORT });
  closing.add('http', () => http.close());
  loop.start();
  closing.add('look', () => loop.stop());

  drainOnSignal(closing, log, config.SHUTDOWN_GRACE_MS);
  log.info({ http: http.server.address() }, 'started');
});
