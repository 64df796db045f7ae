/** customer-portal: what tenants see of numbering. Start: `NUMBERING_URLS=… node system/numbering/customer-portal/main.ts`. */
import { Counter, Registry } from 'prom-client';
import { createHttpApp } from '../../kit/http.ts';
import { createLogger } from '../../kit/logging.ts';
import { Safeguards } from '../../kit/safeguards.ts';
import { Closing, drainOnSignal, startOrExit } from '../../kit/shutdown.ts';
import { portalConfig } from './config.ts';
import { POOL_RELOAD, PoolView, type FreeIdentifier } from './pool-view.ts';
import { refusal } from './problems.ts';
import { addRoutes } from './routes.ts';
import { Upstream } from './upstream.ts';

const NAME = 'customer-portal';
/** In whose name the pool is read: it is the same for all. */
const PORTAL_TENANT = 'customer-portal';

await startOrExit(async () => {
  const config = portalConfig(process.env);
  const safeguards = new Safeguards([POOL_RELOAD], config.SAFEGUARDS_OFF);
  const log = createLogger(NAME, config.LOG_LEVEL);
  const registry = new Registry();
  safeguards.export(registry);
  const responses = new Counter({
    name: 'numbering_tenant_responses_total',
    help: 'Answers to tenants by HTTP status',
    labelNames: ['tenant', 'code'],
    registers: [registry],
  });
  const closing = new Closing();
  const upstream = (urls: readonly string[]): Upstream => {
    const made = new Upstream(urls, config.UPSTREAM_TIMEOUT_MS);
    closing.add('upstream', () => made.close());
    return made;
  };
  const numbering = upstream(config.NUMBERING_URLS);
  const pool = new PoolView(
    async (kind) => {
      const path = `/v1/numbering/identifiers?kind=${kind}&state=AVAILABLE&limit=${config.POOL_VIEW_SIZE}`;
      const answer = await numbering.call({ method: 'GET', path, tenantId: PORTAL_TENANT });
      if (answer.status !== 200) throw refusal(answer);
      return answer.body['items'] as readonly FreeIdentifier[];
    },
    safeguards,
    config.POOL_VIEW_MS,
  );

  const http = await createHttpApp({ service: NAME, log, registry });
  http.addHook('onResponse', async (request, reply) => {
    const tenant = request.headers['x-tenant-id'];
    if (typeof tenant === 'string') responses.inc({ tenant, code: reply.statusCode });
  });
  const messages = config.SMS_ORCHESTRATOR_URL === undefined ? undefined : upstream([config.SMS_ORCHESTRATOR_URL]);
  addRoutes(http, { numbering, pool, ...(messages === undefined ? {} : { messages }) });
  await http.listen({ host: config.HTTP_HOST, port: config.HTTP_PORT });
  closing.add('http', () => http.close());

  drainOnSignal(closing, log, config.SHUTDOWN_GRACE_MS);
  log.info({ http: http.server.address(), numbering: config.NUMBERING_URLS }, 'started');
});
