/**
 * Reservation cleanup: releases reservations that are over. Within moments by Redis' expiry events; by the safety-net cron at the latest, for
 * whatever was missed; and at once by the manual trigger.
 */
import type pg from 'pg';
import { Counter, type Registry } from 'prom-client';
import { ExpirySubscription } from '../../kit/expiry-subscription.ts';
import type { IdempotencyStore } from '../../kit/idempotency.ts';
import type { Logger } from '../../kit/logging.ts';
import { Periodic } from '../../kit/periodic.ts';
import type { RedisLink } from '../../kit/redis-link.ts';
import type { Safeguard, Safeguards } from '../../kit/safeguards.ts';
import { Comparison } from './comparison.ts';
import type { JobsConfig } from './config.ts';
import { ExpiryListener } from './expiry-listener.ts';
import type { Job } from './job.ts';
import { ReleaseExpired } from './release-expired.ts';

export const SAFETY_NET_CRON: Safeguard = {
  name: 'safety-net-cron',
  protects: 'reservations whose expiry event was missed are released within 60 s',
};

/** Idempotency keys deleted in one run of the cron. */
const PURGE_LIMIT = 1000;

export interface CleanupParts {
  readonly config: JobsConfig;
  readonly log: Logger;
  readonly registry: Registry;
  readonly safeguards: Safeguards;
  readonly pool: pg.Pool;
  readonly redis: RedisLink;
  readonly idempotency: IdempotencyStore;
  readonly onConnectionError: () => void;
}

export function createReservationCleanup(parts: CleanupParts): Job {
  const { config, log, registry, safeguards, pool, redis } = parts;
  const releasedTotal = new Counter({
    name: 'numbering_reservations_cleaned_total',
    help: 'Expired reservations released, by what found them',
    labelNames: ['trigger'],
    registers: [registry],
  });
  for (const trigger of ['event', 'cron', 'resubscribed', 'manual']) releasedTotal.inc({ trigger }, 0);

  const releaseExpired = new ReleaseExpired(pool, redis, safeguards, config.CLEANUP_BATCH);
  const release = async (trigger: string, ids?: readonly string[]): Promise<number> => {
    const released = await releaseExpired.run(ids);
    releasedTotal.inc({ trigger }, released);
    if (released > 0) log.info({ trigger, released }, 'expired reservations released');
    return released;
  };
  const comparison = new Comparison(pool, redis, safeguards, log, registry, config.COMPARISON_GRACE_MS);

  const listener = new ExpiryListener((ids) => release('event', ids), config.EXPIRY_AGAIN_MS, log);
  const cron = new Periodic('safety-net-cron', config.CLEANUP_CRON_MS, log, async () => {
    if (safeguards.on(SAFETY_NET_CRON)) await release('cron');
    await parts.idempotency.purge(pool, PURGE_LIMIT);
  });
  const compare = new Periodic('key-row-comparison', config.COMPARISON_MS, log, () => comparison.run());
  const subscription = new ExpirySubscription(config, 'numbering-jobs-listener', log, {
    expired: (key) => listener.expired(key),
    subscribed(again) {
      if (again) void catchUp();
    },
    connectionError: parts.onConnectionError,
  });
  /** Events that Redis sent while nobody listened are gone, and a Redis that was restarted may have lost the keys. */
  const catchUp = async (): Promise<void> => {
    try {
      await release('resubscribed');
    } catch (error) {
      log.warn({ err: error }, 'catching up after the subscription was lost failed; the cron will');
    }
    await compare.trigger();
  };

  return {
    name: 'reservation-cleanup',
    start() {
      subscription.start();
      cron.start();
      compare.start();
    },
    runNow: async () => ({ released: await release('manual') }),
    liveness: () => cron.stalled(config.LIVENESS_FACTOR) ?? compare.stalled(config.LIVENESS_FACTOR),
    async stop() {
      subscription.close();
      await Promise.all([cron.stop(), compare.stop(), listener.stop()]);
    },
  };
}
