/** outbox-relay: publishes `numbering.outbox` to NATS. Start: `node system/numbering/outbox-relay/main.ts`. */
import { Registry } from 'prom-client';
import { DegradedMode } from '../../kit/degraded-mode.ts';
import { createHttpApp } from '../../kit/http.ts';
import { createLogger } from '../../kit/logging.ts';
import { NatsLink } from '../../kit/nats.ts';
import { Notifications } from '../../kit/notifications.ts';
import { createPool } from '../../kit/postgres.ts';
import { Safeguards } from '../../kit/safeguards.ts';
import { Closing, drainOnSignal, startOrExit } from '../../kit/shutdown.ts';
import { relayConfig } from './config.ts';
import { createRelayMetrics } from './metrics.ts';
import { ORDERED_DRAIN, OUTBOX_HOLD, Relay, RELAY_RETRY } from './relay.ts';

const NAME = 'outbox-relay';
const CHANNEL = 'numbering_outbox';
/** Advisory lock of the relay that publishes; held by its listening connection, so that it ends with the process. */
const LEADER_LOCK = 7_280_031;
/** Between two attempts to lead, while another relay does. */
const LEAD_AGAIN_MS = 1000;

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
  const relay = new Relay(config, pool, nats, safeguards, createRelayMetrics(registry), log);

  const degraded = new DegradedMode(registry);
  degraded.follow('nats', () => !nats.up || relay.unconfirmed);

  let candidacy: NodeJS.Timeout | undefined;
  const listener = new Notifications(config, CHANNEL, NAME, log, {
    notified: () => relay.notified(),
    async connected(client) {
      const stand = async (): Promise<void> => {
        const tried = await client.query<{ leads: boolean }>('SELECT pg_try_advisory_lock($1) AS leads', [LEADER_LOCK]);
        if (tried.rows[0]?.leads === true) relay.lead(true);
        else candidacy = setTimeout(() => void stand().catch(() => {}), LEAD_AGAIN_MS);
      };
      await stand();
    },
    lost() {
      clearTimeout(candidacy);
      relay.lead(false);
    },
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
