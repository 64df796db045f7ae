/** sms-orchestrator: takes messages, validates the sender's lease, dispatches. Start: `node system/numbering/sms-orchestrator/main.ts`. */
import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { createHttpApp } from '../../kit/http.ts';
import { createLogger } from '../../kit/logging.ts';
import { NatsAway, NatsLink } from '../../kit/nats.ts';
import { NatsConsumer } from '../../kit/nats-consumer.ts';
import { NOT_FOUND, Problem, UNAVAILABLE } from '../../kit/problems.ts';
import { Safeguards } from '../../kit/safeguards.ts';
import { Closing, drainOnSignal, startOrExit } from '../../kit/shutdown.ts';
import { orchestratorConfig } from './config.ts';
import { DISPATCH_FAIL_CLOSED, Dispatcher, HOLD_TIME_LIMIT } from './dispatcher.ts';
import { LeaseValidator } from './lease-validator.ts';
import { messageIdSchema, OUTBOUND, sendSchema, SMS } from './messages.ts';
import { StatusStore } from './status-store.ts';

const NAME = 'sms-orchestrator';
const RETRY_AFTER_MS = 5000;

/** Whose message it is; the gateway authenticates. */
const tenantHeader = z.object({ 'x-tenant-id': z.string().min(1).max(100) });

await startOrExit(async () => {
  const config = orchestratorConfig(process.env);
  const safeguards = new Safeguards([DISPATCH_FAIL_CLOSED, HOLD_TIME_LIMIT], config.SAFEGUARDS_OFF);
  const log = createLogger(NAME, config.LOG_LEVEL);
  const registry = new Registry();
  safeguards.export(registry);
  const closing = new Closing();

  const nats = new NatsLink(config, NAME, log);
  closing.add('nats', () => nats.close());
  const validator = new LeaseValidator(config.NUMBERING_ADDRESSES, config.VALIDATE_TIMEOUT_MS);
  closing.add('numbering-service', () => validator.close());
  const store = new StatusStore(nats);
  const dispatcher = new Dispatcher({ config, log, registry, safeguards, validator, store });
  const consumer = new NatsConsumer(
    nats,
    {
      stream: SMS,
      durable: NAME,
      subject: OUTBOUND,
      concurrency: config.MESSAGES_AT_A_TIME,
      handle: (body, _subject, delivery) => dispatcher.handle(body, delivery),
    },
    log,
    registry,
  );

  const http = await createHttpApp({
    service: NAME,
    log,
    registry,
    readiness: async () => (nats.up ? undefined : 'NATS does not answer'),
  });
  http.post(
    '/v1/messages',
    {
      schema: {
        summary: 'Send a message from a leased identifier',
        headers: tenantHeader,
        body: sendSchema,
      },
    },
    async (request, reply) => {
      const { messageId = randomUUID(), ...rest } = request.body;
      const acceptedAt = new Date().toISOString();
      try {
        await store.accept({ messageId, tenantId: request.headers['x-tenant-id'], acceptedAt, ...rest });
      } catch (error) {
        throw away(error);
      }
      return reply.code(202).send({ messageId, state: 'ACCEPTED', acceptedAt });
    },
  );
  http.get(
    '/v1/messages/:messageId',
    {
      schema: {
        summary: 'What became of a message of the tenant',
        headers: tenantHeader,
        params: z.object({ messageId: messageIdSchema }),
      },
    },
    async (request) => {
      const key = { tenantId: request.headers['x-tenant-id'], messageId: request.params.messageId };
      const status = await store.last(key).catch((error: unknown) => {
        throw away(error);
      });
      if (status === undefined) throw new Problem('NOT_FOUND', NOT_FOUND, 'There is no such message.');
      return status;
    },
  );
  await http.listen({ host: config.HTTP_HOST, port: config.HTTP_PORT });
  closing.add('http', () => http.close());
  nats.start();
  consumer.start();
  closing.add('consumer', () => consumer.stop());

  drainOnSignal(closing, log, config.SHUTDOWN_GRACE_MS);
  log.info({ http: http.server.address(), safeguardsOff: config.SAFEGUARDS_OFF }, 'started');
});

/** NATS did not confirm. */
function away(cause: unknown): Problem {
  const detail = cause instanceof NatsAway ? 'Messages cannot be taken now.' : 'The state cannot be read now.';
  return new Problem(
    'UNAVAILABLE',
    UNAVAILABLE,
    `${detail} Try again shortly.`,
    { retryAfterMs: RETRY_AFTER_MS },
    cause,
  );
}
