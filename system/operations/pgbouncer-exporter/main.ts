/** pgbouncer-exporter: PgBouncer's console as metrics. Start: `node system/operations/pgbouncer-exporter/main.ts`. */
import { Registry } from 'prom-client';
import { createHttpApp } from '../../kit/http.ts';
import { createLogger } from '../../kit/logging.ts';
import { Periodic } from '../../kit/periodic.ts';
import { Closing, drainOnSignal, startOrExit } from '../../kit/shutdown.ts';
import { exporterConfig } from './config.ts';
import { PoolerConsole } from './console.ts';
import { PoolerMetrics } from './metrics.ts';

const NAME = 'pgbouncer-exporter';

await startOrExit(async () => {
  const config = exporterConfig(process.env);
  const log = createLogger(NAME, config.LOG_LEVEL);
  const registry = new Registry();
  const metrics = new PoolerMetrics(registry);
  const closing = new Closing();
  const pooler = new PoolerConsole(config);
  closing.add('pgbouncer', () => pooler.close());
  const loop = new Periodic('look', config.POLL_MS, log, async () => {
    try {
      const { pools, stats } = await pooler.read();
      metrics.looked(pools, stats);
    } catch (error) {
      metrics.away();
      throw error;
    }
  });
  const http = await createHttpApp({ service: NAME, log, registry });
  await http.listen({ host: config.HTTP_HOST, port: config.HTTP_PORT });
  closing.add('http', () => http.close());
  loop.start();
  closing.add('look', () => loop.stop());

  drainOnSignal(closing, log, config.SHUTDOWN_GRACE_MS);
  log.info({ http: http.server.address() }, 'started');
});
