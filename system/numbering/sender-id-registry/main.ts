/** sender-id-registry: who may use which alphanumeric sender id. Start: `node system/numbering/sender-id-registry/main.ts`. */
import { Registry } from 'prom-client';
import { z } from 'zod';
import { createHttpApp, problemSchema } from '../../kit/http.ts';
import { createLogger } from '../../kit/logging.ts';
import { NatsConsumer } from '../../kit/nats-consumer.ts';
import { NatsLink } from '../../kit/nats.ts';
import { createPool, inTransaction, isDatabaseAway, lastingBegin } from '../../kit/postgres.ts';
import { Safeguards } from '../../kit/safeguards.ts';
import { Closing, drainOnSignal, startOrExit } from '../../kit/shutdown.ts';
import { IDENTIFIER_EVENTS, identifierEventSchema } from '../domain/events.ts';
import { NUMBERING } from '../streams.ts';
import { registryConfig } from './config.ts';
import { startGrpc } from './grpc.ts';
import { inventory, takeIn, verify } from './store.ts';

const NAME = 'sender-id-registry';
const PAGE_MAX = 1000;

await startOrExit(async () => {
  const config = registryConfig(process.env);
  const safeguards = new Safeguards([], config.SAFEGUARDS_OFF);
  const log = createLogger(NAME, config.LOG_LEVEL);
  const registry = new Registry();
  safeguards.export(registry);
  const closing = new Closing();

  const pool = createPool(config, NAME, log);
  closing.add('postgres', () => pool.end());
  if (config.NATS_URLS.length > 0) {
    const nats = new NatsLink(config, NAME, log);
    nats.start();
    closing.add('nats', () => nats.close());
    const handle = (body: unknown): Promise<void> => {
      const event = identifierEventSchema.parse(body);
      return inTransaction(pool, (sql) => takeIn(sql, event), lastingBegin(config));
    };
    const consumer = new NatsConsumer(
      nats,
      { stream: NUMBERING, durable: NAME, subject: IDENTIFIER_EVENTS, handle },
      log,
      registry,
    );
    consumer.start();
    closing.add('consumer', () => consumer.stop());
  }

  const http = await createHttpApp({
    service: NAME,
    log,
    registry,
    async readiness() {
      try {
        await pool.query('SELECT 1');
        return undefined;
      } catch (error) {
        if (!isDatabaseAway(error)) log.error({ err: error }, 'the readiness check failed');
        return 'PostgreSQL does not answer';
      }
    },
  });
  http.get(
    '/v1/inventory',
    {
      schema: {
        summary: 'Identifiers as events have told of them, ordered by subject',
        querystring: z.object({
          after: z.string().max(40).default(''),
          limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_MAX),
        }),
        response: {
          200: z.object({
            items: z.array(
              z.object({
                subject: z.string(),
                version: z.number().int(),
                state: z.string(),
                tenantId: z.string().optional(),
              }),
            ),
            next: z.string().optional(),
          }),
          '4xx': problemSchema,
          '5xx': problemSchema,
        },
      },
    },
    async (request) => {
      const items = await inventory(pool, request.query);
      const last = items.at(-1);
      return items.length === request.query.limit && last !== undefined ? { items, next: last.subject } : { items };
    },
  );
  const grpc = await startGrpc(
    (tenantId, senderId) => verify(pool, tenantId, senderId),
    `${config.HTTP_HOST}:${config.GRPC_PORT}`,
    log,
  );
  closing.add('grpc', () => grpc.forceShutdown());
  await http.listen({ host: config.HTTP_HOST, port: config.HTTP_PORT });
  closing.add('http', () => http.close());
  drainOnSignal(closing, log, config.SHUTDOWN_GRACE_MS);
  log.info({ http: http.server.address(), grpc: config.GRPC_PORT }, 'started');
});
