/** failover-manager: says who is primary, and makes another one. Start: `SERVERS=… node system/operations/failover-manager/main.ts`. */
import { Registry } from 'prom-client';
import { z } from 'zod';
import { createHttpApp, problemSchema } from '../../kit/http.ts';
import { createLogger } from '../../kit/logging.ts';
import { Periodic } from '../../kit/periodic.ts';
import { Problem } from '../../kit/problems.ts';
import { Safeguards } from '../../kit/safeguards.ts';
import { Closing, drainOnSignal, startOrExit } from '../../kit/shutdown.ts';
import { failoverConfig } from './config.ts';
import { AUTOMATIC_PROMOTION, FENCING, Manager, PROMOTION, Refused } from './manager.ts';
import { createMetrics } from './metrics.ts';
import { probeRegions } from './regions.ts';
import { httpRuntime } from './runtime.ts';
import { Server } from './server.ts';

const NAME = 'failover-manager';
const REFUSED = { http: 409, grpc: 'FAILED_PRECONDITION', title: 'Refused' } as const;

const primaryView = z.object({ term: z.number().int(), primary: z.string().nullable(), phase: z.string() });
const serversView = z.object({
  held: z.boolean(),
  servers: z.array(
    z.object({
      name: z.string(),
      role: z.string(),
      position: z.number().nullable(),
      timeline: z.number().int().nullable(),
    }),
  ),
});

await startOrExit(async () => {
  const config = failoverConfig(process.env);
  const safeguards = new Safeguards([AUTOMATIC_PROMOTION, PROMOTION, FENCING], config.SAFEGUARDS_OFF);
  const log = createLogger(NAME, config.LOG_LEVEL);
  const registry = new Registry();
  safeguards.export(registry);
  const servers = [...config.SERVERS].map(([name, url]) => new Server(name, url, config.PROBE_TIMEOUT_MS));
  const metrics = createMetrics(registry, [...config.SERVERS.keys()], [...config.REGION_PROBES.keys()]);
  const manager = new Manager({
    config,
    log,
    safeguards,
    metrics,
    servers,
    runtime: httpRuntime(config.TASK_RUNTIME_URL, config.RUNTIME_TIMEOUT_MS),
  });
  const closing = new Closing();
  const watch = new Periodic('watch', config.POLL_MS, log, () => manager.poll());
  const regions = new Periodic('regions', config.POLL_MS, log, () =>
    probeRegions(config.REGION_PROBES, config.PROBE_TIMEOUT_MS, metrics),
  );

  const http = await createHttpApp({ service: NAME, log, registry });
  http.get(
    '/v1/primary',
    { schema: { summary: 'Who takes writes; holds for LEASE_MS', response: { 200: primaryView } } },
    async () => manager.primary,
  );
  const overview = (): z.infer<typeof serversView> => ({ held: manager.held, servers: [...manager.servers()] });
  http.get(
    '/v1/servers',
    { schema: { summary: 'The servers as last seen', response: { 200: serversView } } },
    async () => overview(),
  );
  http.post(
    '/v1/promotion/:action',
    {
      schema: {
        summary: 'hold or allow promotion by itself, or promote a standby now: /v1/promotion/{hold|allow|run}',
        params: z.object({ action: z.enum(['hold', 'allow', 'run']) }),
        response: { 200: serversView, 202: serversView, '4xx': problemSchema },
      },
    },
    async (request, reply) => {
      const { action } = request.params;
      if (action === 'hold') manager.hold();
      else if (action === 'allow') manager.allow();
      else {
        await begun(manager.failOver());
        reply.code(202);
      }
      return overview();
    },
  );
  http.post(
    '/v1/failback/:server',
    {
      schema: {
        summary: 'Make a server that follows the primary take its place',
        params: z.object({ server: z.string() }),
        response: { 202: serversView, '4xx': problemSchema },
      },
    },
    async (request, reply) => {
      await begun(manager.failBack(request.params.server));
      return reply.code(202).send(overview());
    },
  );
  watch.start();
  regions.start();
  closing.add('watch', () => watch.stop());
  closing.add('regions', () => regions.stop());
  closing.add('servers', async () => void (await Promise.all(servers.map((server) => server.close()))));
  await http.listen({ host: config.HTTP_HOST, port: config.HTTP_PORT });
  closing.add('http', () => http.close());

  drainOnSignal(closing, log, config.SHUTDOWN_GRACE_MS);
  log.info({ http: http.server.address(), servers: [...config.SERVERS.keys()] }, 'started');

  /** Work that takes longer than a caller waits: a refusal comes at once, what fails later is in the log and in the phase. */
  async function begun(work: Promise<void>): Promise<void> {
    const refusal = await Promise.race([
      work.then(
        () => undefined,
        (error: unknown) => {
          if (error instanceof Refused) return error;
          log.error({ err: error }, 'an operator step failed');
          return undefined;
        },
      ),
      new Promise<undefined>((resolve) => void setTimeout(resolve, 200, undefined)),
    ]);
    if (refusal !== undefined) throw new Problem('REFUSED', REFUSED, refusal.message);
  }
});
