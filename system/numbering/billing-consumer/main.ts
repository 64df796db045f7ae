/** billing-consumer: a ledger of leases from the events of numbering. Start: `node system/numbering/billing-consumer/main.ts`. */
import { Registry } from 'prom-client';
import { z } from 'zod';
import { createHttpApp, problemSchema } from '../../kit/http.ts';
import { createLogger } from '../../kit/logging.ts';
import { NatsConsumer } from '../../kit/nats-consumer.ts';
import { NatsLink } from '../../kit/nats.ts';
import { createPool, inTransaction, lastingBegin } from '../../kit/postgres.ts';
import { Safeguards } from '../../kit/safeguards.ts';
import { Closing, drainOnSignal, startOrExit } from '../../kit/shutdown.ts';
import { IDENTIFIER_EVENTS, identifierEventSchema } from '../domain/events.ts';
import { NUMBERING } from '../streams.ts';
import { billingConfig } from './config.ts';
import { billedLeases, enter } from './ledger.ts';

const NAME = 'billing-consumer';
const PAGE_MAX = 1000;

const leaseView = z.object({
  leaseId: z.string(),
  subject: z.string(),
  tenantId: z.string(),
  running: z.boolean(),
  version: z.number().int(),
  since: z.string(),
});

await startOrExit(async () => {
  const config = billingConfig(process.env);
  const safeguards = new Safeguards([], config.SAFEGUARDS_OFF);
  const log = createLogger(NAME, config.LOG_LEVEL);
  const registry = new Registry();
  safeguards.export(registry);
  const closing = new Closing();

  const pool = createPool(config, NAME, log);
  closing.add('postgres', () => pool.end());
  const nats = new NatsLink(config, NAME, log);
  nats.start();
  closing.add('nats', () => nats.close());
  const consumer = new NatsConsumer(
    nats,
    {
      stream: NUMBERING,
      durable: NAME,
      subject: IDENTIFIER_EVENTS,
      async handle(body) {
        const event = identifierEventSchema.parse(body);
        await inTransaction(pool, (sql) => enter(sql, event), lastingBegin(config));
      },
    },
    log,
    registry,
  );
  consumer.start();
  closing.add('consumer', () => consumer.stop());

  const http = await createHttpApp({ service: NAME, log, registry });
  http.get(
    '/v1/billing/leases',
    {
      schema: {
        summary: 'Leases as billing knows them, ordered by id',
        querystring: z.object({
          after: z.uuid().optional(),
          limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_MAX),
        }),
        response: {
          200: z.object({ items: z.array(leaseView), next: z.string().optional() }),
          '4xx': problemSchema,
          '5xx': problemSchema,
        },
      },
    },
    async (request) => {
      const { after, limit } = request.query;
      const items = await billedLeases(pool, { limit, ...(after === undefined ? {} : { after }) });
      const last = items.at(-1);
      return items.length === limit && last !== undefined ? { items, next: last.leaseId } : { items };
    },
  );
  await http.listen({ host: config.HTTP_HOST, port: config.HTTP_PORT });
  closing.add('http', () => http.close());
  drainOnSignal(closing, log, config.SHUTDOWN_GRACE_MS);
  log.info({ http: http.server.address() }, 'started');
});
