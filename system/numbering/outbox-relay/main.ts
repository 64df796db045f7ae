/** outbox-relay: publishes `numbering.outbox` to NATS. Start: `node system/numbering/outbox-relay/main.ts`. */
import { Registry } from 'prom-client';
import { DegradedMode } from '../../kit/degraded-mode.ts';
import { createHttpApp } from '../../kit/http.ts';
import { createLogger } from '../../kit/logging.ts';
import { NatsLink } from '../../kit/nats.ts';
import { Notifications } from '../../kit/notifications.ts';
import { BEGIN_CONFIRMED, createPool, inTransaction, lastingBegin } from '../../kit/postgres.ts';
import { Safeguards } from '../../kit/safeguards.ts';
import { Closing, drainOnSignal, startOrExit } from '../../kit/shutdown.ts';
import { Candidacy } from './candidacy.ts';
import { relayConfig } from './config.ts';
import { createRelayMetrics } from './metrics.ts';
import { ORDERED_DRAIN, OUTBOX_HOLD, Relay, RELAY_RETRY } from './relay.ts';
import { lockEvent, type StoredEvent } from './store.ts';

const NAME = 'outbox-relay';
const CHANNEL = 'numbering_outbox';

await startOrExit(async () => {
  const config = relayConfig(process.env);
  const safeguards = new Safeguards([OUTBOX_HOLD, RELAY_RETRY, ORDERED_DRAIN], config.SAFEGUARDS_OFF);
  const log = createLogger(NAME, config.LOG_LEVEL);
  const registry = new Registry();
  safeguards.export(registry);
  const closing = new Closing();

  const pool = createPool(config, NAME, log);
  closing.add('postgres', () => pool.end());
  const nats = new NatsLink(config, NAME, log);
  nats.start();
  closing.add('nats', () => nats.close());
  const begin = lastingBegin(config);
  const confirm = async ({ id }: StoredEvent): Promise<void> => {
    if (begin === BEGIN_CONFIRMED) await inTransaction(pool, (sql) => lockEvent(sql, id), begin);
  };
  const relay = new Relay(config, pool, confirm, nats, safeguards, createRelayMetrics(registry), log);

  const degraded = new DegradedMode(registry);
  degraded.follow('nats', () => !nats.up || relay.unconfirmed);

  const candidacy = new Candidacy((leads) => relay.lead(leads));
  const listener = new Notifications(config, CHANNEL, NAME, log, {
    notified: () => relay.notified(),
    connected: (client) => candidacy.stand(client),
    lost: () => candidacy.withdraw(),
  });
  listener.start();
  closing.add('listener', () => listener.close());
  relay.start();
  closing.add('relay', () => relay.stop());

  const http = await createHttpApp({
    service: NAME,
    log,
    registry,
    liveness: () => relay.stalled(config.RELAY_STALLED_MS),
  });
  await http.listen({ host: config.HTTP_HOST, port: config.HTTP_PORT });
  closing.add('http', () => http.close());
  drainOnSignal(closing, log, config.SHUTDOWN_GRACE_MS);
  log.info({ http: http.server.address(), safeguardsOff: config.SAFEGUARDS_OFF }, 'started');
});
