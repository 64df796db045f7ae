/**
 * Recall worker: takes back the leases of suspended tenants, at most RECALL_IDS_PER_TICK in each RECALL_TICK_MS. A
 * suspension that is delivered twice is one recall, and a worker that was killed is followed by one that goes on.
 */
import { Counter } from 'prom-client';
import { ConfigurationError } from '../../../kit/config.ts';
import { NatsConsumer } from '../../../kit/nats-consumer.ts';
import { NatsLink } from '../../../kit/nats.ts';
import { inTransaction, lastingBegin } from '../../../kit/postgres.ts';
import { quotaKey, validationKey } from '../../cache/keys.ts';
import { SUSPENDED_EVENT, suspendedSchema } from '../../domain/events.ts';
import { noteRecall } from '../../store/recalls.ts';
import { COMPLIANCE } from '../../streams.ts';
import type { Job } from '../job.ts';
import type { CleanupParts } from '../reservation-cleanup.ts';
import { Recalls, type Tick } from './recalls.ts';

const NAME = 'recall-worker';

export function createRecallWorker({ config, log, registry, safeguards, pool, redis }: CleanupParts): Job {
  if (config.NATS_URLS.length === 0)
    throw new ConfigurationError(['NATS_URLS is missing; set it to something like nats://nats-1:4222']);
  const recalledTotal = new Counter({
    name: 'numbering_recall_total',
    help: 'Leases recalled in bulk, by reason',
    labelNames: ['reason'],
    registers: [registry],
  });
  recalledTotal.inc({ reason: 'ABUSE' }, 0);

  const recalls = new Recalls(pool, safeguards, config);
  const takenIn: string[] = [];
  let wake = (): void => {};
  const state = { stopped: false };
  let progressAt = performance.now();
  let loop: Promise<void> = Promise.resolve();

  const nats = new NatsLink(config, `numbering-jobs/${NAME}`, log);
  const consumer = new NatsConsumer(
    nats,
    {
      stream: COMPLIANCE,
      durable: 'numbering-recall',
      subject: SUSPENDED_EVENT,
      async handle(body) {
        const suspended = suspendedSchema.parse(body);
        const first = await inTransaction(pool, (sql) => noteRecall(sql, suspended), lastingBegin(config));
        log.warn({ tenantId: suspended.tenantId, first }, 'a tenant is suspended: its leases are recalled');
        if (!first) return;
        takenIn.push(suspended.eventId);
        wake();
      },
    },
    log,
    registry,
  );

  const tick = async (): Promise<Tick | undefined> => {
    const done = await recalls.tick(takenIn);
    if (done === undefined) return undefined;
    const { recalled, tenantId, reason } = done;
    recalledTotal.inc({ reason }, recalled.length);
    if (recalled.length > 0)
      await redis.attempt((client) => client.del(quotaKey('leases', tenantId), ...recalled.map(validationKey)));
    if (done.finished) log.info({ tenantId }, 'all leases of the tenant are recalled');
    return done;
  };
  const run = async (): Promise<void> => {
    while (!state.stopped) {
      const begun = performance.now();
      let pauseMs = config.RECALL_POLL_MS;
      try {
        // From begin to begin, and never early (timers cut fractions off): no second has more ticks than it may have.
        if ((await tick()) !== undefined)
          pauseMs = Math.max(0, Math.ceil(config.RECALL_TICK_MS - (performance.now() - begun)));
      } catch (error) {
        log.error({ err: error }, 'a tick of the recall failed; it is made again');
        pauseMs = 10 * config.RECALL_TICK_MS;
      }
      progressAt = performance.now();
      const inTheMiddle = pauseMs < config.RECALL_POLL_MS;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pauseMs);
        wake = (): void => {
          if (inTheMiddle && !state.stopped) return;
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };

  return {
    name: NAME,
    start() {
      nats.start();
      consumer.start();
      loop = run();
    },
    runNow: async () => ({ recalled: (await tick())?.recalled.length ?? 0 }),
    liveness() {
      const idleMs = performance.now() - progressAt;
      return idleMs > config.LIVENESS_FACTOR * config.RECALL_POLL_MS
        ? `the recall has made no tick for ${Math.round(idleMs / 1000)} s`
        : undefined;
    },
    async stop() {
      state.stopped = true;
      wake();
      await consumer.stop();
      await nats.close();
      await loop;
    },
  };
}
