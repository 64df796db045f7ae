/** compliance-engine: suspends tenants. Start: `node system/numbering/compliance-engine/main.ts`. */
import { Counter, Registry } from 'prom-client';
import { z } from 'zod';
import { createHttpApp, problemSchema } from '../../kit/http.ts';
import { createLogger } from '../../kit/logging.ts';
import { NatsConsumer } from '../../kit/nats-consumer.ts';
import { NatsAway, NatsLink } from '../../kit/nats.ts';
import { Periodic } from '../../kit/periodic.ts';
import { createPool, inTransaction, lastingBegin, type Sql } from '../../kit/postgres.ts';
import { Safeguards } from '../../kit/safeguards.ts';
import { Closing, drainOnSignal, startOrExit } from '../../kit/shutdown.ts';
import { SCORE_EVENT, scoreSchema } from '../domain/events.ts';
import { FRAUD } from '../streams.ts';
import { complianceConfig } from './config.ts';
import { publishSuspensions, suspend, suspendFor } from './suspensions.ts';

const NAME = 'compliance-engine';

await startOrExit(async () => {
  const config = complianceConfig(process.env);
  const safeguards = new Safeguards([], config.SAFEGUARDS_OFF);
  const log = createLogger(NAME, config.LOG_LEVEL);
  const registry = new Registry();
  safeguards.export(registry);
  const suspensions = new Counter({
    name: 'compliance_suspensions_total',
    help: 'Tenants suspended, by who asked for it',
    labelNames: ['source'],
    registers: [registry],
  });
  for (const source of ['operator', 'fraud-intel']) suspensions.inc({ source }, 0);
  const closing = new Closing();

  const pool = createPool(config, NAME, log);
  closing.add('postgres', () => pool.end());
  const lasting = <T>(work: (sql: Sql) => Promise<T>): Promise<T> => inTransaction(pool, work, lastingBegin(config));
  const nats = new NatsLink(config, NAME, log);
  nats.start();
  closing.add('nats', () => nats.close());
  const publishing = new Periodic('publish-suspensions', config.PUBLISH_AGAIN_MS, log, async () => {
    try {
      const published = await publishSuspensions(pool, nats);
      if (published > 0) log.info({ published }, 'suspensions published');
    } catch (error) {
      if (!(error instanceof NatsAway)) throw error;
      log.warn({ err: error.message }, 'suspensions wait for NATS');
    }
  });
  publishing.start();
  closing.add('publishing', () => publishing.stop());
  const scores = new NatsConsumer(
    nats,
    {
      stream: FRAUD,
      durable: NAME,
      subject: SCORE_EVENT,
      async handle(body) {
        const { eventId, tenantId, score } = scoreSchema.parse(body);
        if (score < config.SUSPEND_SCORE) return;
        const first = await lasting((sql) => suspendFor(sql, eventId, tenantId, 'fraud-intel'));
        if (!first) return;
        suspensions.inc({ source: 'fraud-intel' });
        log.warn({ tenantId, score }, 'tenant suspended');
        void publishing.trigger();
      },
    },
    log,
    registry,
  );
  scores.start();
  closing.add('scores', () => scores.stop());

  const http = await createHttpApp({
    service: NAME,
    log,
    registry,
    // Three missed runs and the longest that one may take.
    liveness: () => publishing.stalled(3 + Math.ceil(config.PG_STATEMENT_TIMEOUT_MS / config.PUBLISH_AGAIN_MS)),
  });
  http.post(
    '/v1/tenants/:tenantId/suspend',
    {
      schema: {
        summary: 'Suspend a tenant for abuse (operator): all its leases are recalled',
        params: z.object({ tenantId: z.string().regex(/^[\w.:-]{1,64}$/) }),
        body: z.object({ reason: z.literal('ABUSE') }),
        response: {
          202: z.object({ eventId: z.string(), tenantId: z.string(), reason: z.string(), at: z.string() }),
          '4xx': problemSchema,
          '5xx': problemSchema,
        },
      },
    },
    async (request, reply) => {
      const suspended = await lasting((sql) => suspend(sql, request.params.tenantId, 'operator'));
      suspensions.inc({ source: 'operator' });
      log.warn({ tenantId: suspended.tenantId }, 'tenant suspended');
      void publishing.trigger();
      return reply.code(202).send(suspended);
    },
  );
  await http.listen({ host: config.HTTP_HOST, port: config.HTTP_PORT });
  closing.add('http', () => http.close());
  drainOnSignal(closing, log, config.SHUTDOWN_GRACE_MS);
  log.info({ http: http.server.address() }, 'started');
});
