/** numbering-service: HTTP and gRPC over one set of use cases. Start: `node system/numbering/service/main.ts`. */
import { Registry } from 'prom-client';
import { createHttpApp, ERROR_MAPPING, RETRY_HINT } from '../../kit/http.ts';
import { IDEMPOTENCY_KEY_STORE, IDEMPOTENCY_PAYLOAD_HASH, IdempotencyStore } from '../../kit/idempotency.ts';
import { createLogger } from '../../kit/logging.ts';
import { Kms } from '../../kit/kms.ts';
import { ObjectStore } from '../../kit/object-store.ts';
import { createPool, isDatabaseAway } from '../../kit/postgres.ts';
import { exportPoolGauges } from '../../kit/pool-gauges.ts';
import { RedisLink } from '../../kit/redis-link.ts';
import { Safeguards } from '../../kit/safeguards.ts';
import { Closing, drainOnSignal, startOrExit } from '../../kit/shutdown.ts';
import { DueNudge } from '../cache/due-nudge.ts';
import { Quota, QUOTA_AGGREGATION } from '../cache/quota.ts';
import { RESERVATION_KEY_TTL } from '../cache/reservation-mirror.ts';
import { RATE_PER_TENANT, RESERVE_RATE_LIMIT, ReserveRate } from '../cache/reserve-rate.ts';
import { VALIDATION_AGE_BOUND, ValidationCache } from '../cache/validation-cache.ts';
import { HOT_PATH_PRIMARY, QUORUM_CONFIRMATION, Regional, REPORT_REROUTE } from '../regional/regional.ts';
import { WRITE_THROTTLE } from '../regional/write-throttle.ts';
import { COMPARE_AND_SET } from '../store/changes.ts';
import { ALPHA_FAIL_CLOSED, ALPHA_VERIFY_DEADLINE, noRegistry, registryVerifier } from './alpha-verifier.ts';
import type { App } from './app.ts';
import { BURST_SIGNAL, BurstSignals } from './burst-signals.ts';
import { serviceConfig } from './config.ts';
import { CONFLICT_COUNTER, Conflicts } from './conflicts.ts';
import { DegradedMode } from '../../kit/degraded-mode.ts';
import { startGrpc, stopGrpc } from './grpc.ts';
import { addRoutes } from './http.ts';
import { createMetrics } from './metrics.ts';
import { exportReadiness } from './readiness-gauge.ts';
import { CLEANUP_LAG_METRIC, exportStoreGauges } from './store-gauges.ts';
import { EXPORT_HALT, EXPORT_TEMPORARY_NAME } from '../exports/generate.ts';
import { ANCHOR_SIGN_OFFS } from './admin/audit.ts';
import { IMPORT_SIGNATURE_CHECK } from './admin/imports.ts';
import { addAdminRoutes } from './admin/routes.ts';
import { CONTRACT_CHECK } from './use-cases/assign.ts';
import { AVAILABILITY_CHECK, QUARANTINE_STATE_CHECK } from './use-cases/change.ts';
import { POSTGRES_FALLBACK, ValidateLease } from './use-cases/validate-lease.ts';

const NAME = 'numbering-service';

const SAFEGUARDS = [
  POSTGRES_FALLBACK,
  QUOTA_AGGREGATION,
  RESERVATION_KEY_TTL,
  CLEANUP_LAG_METRIC,
  QUARANTINE_STATE_CHECK,
  IDEMPOTENCY_PAYLOAD_HASH,
  IDEMPOTENCY_KEY_STORE,
  VALIDATION_AGE_BOUND,
  COMPARE_AND_SET,
  RETRY_HINT,
  ERROR_MAPPING,
  ALPHA_FAIL_CLOSED,
  ALPHA_VERIFY_DEADLINE,
  CONFLICT_COUNTER,
  RESERVE_RATE_LIMIT,
  RATE_PER_TENANT,
  BURST_SIGNAL,
  CONTRACT_CHECK,
  IMPORT_SIGNATURE_CHECK,
  EXPORT_HALT,
  EXPORT_TEMPORARY_NAME,
  ANCHOR_SIGN_OFFS,
  AVAILABILITY_CHECK,
  HOT_PATH_PRIMARY,
  REPORT_REROUTE,
  QUORUM_CONFIRMATION,
  WRITE_THROTTLE,
];

await startOrExit(async () => {
  const config = serviceConfig(process.env);
  const safeguards = new Safeguards(SAFEGUARDS, config.SAFEGUARDS_OFF);
  const log = createLogger(NAME, config.LOG_LEVEL);
  const registry = new Registry();
  safeguards.export(registry);
  const metrics = createMetrics(registry, config.CACHE_RATIO_WINDOW_MS);
  const closing = new Closing();

  const pool = createPool(config, NAME, log);
  closing.add('postgres', () => pool.end());
  const regional = new Regional(config, pool, safeguards, registry, log);
  closing.add('regional', () => regional.stop());
  const redis = new RedisLink(config, NAME, log, metrics.redisError);
  closing.add('redis', () => redis.close());
  const gauges = exportStoreGauges(registry, pool, safeguards, {
    cacheMs: config.GAUGE_CACHE_MS,
    timeoutMs: config.GAUGE_TIMEOUT_MS,
  });
  const degraded = new DegradedMode(registry);
  degraded.follow('redis', () => !redis.usable);
  degraded.follow('pg', () => !gauges.answered());
  exportReadiness(registry, gauges);
  exportPoolGauges(registry, pool);

  const dueNudge = new DueNudge(redis, config.DUE_NUDGE_MS);
  closing.add('due-nudge', () => dueNudge.stop());
  const alpha =
    config.SENDER_ID_REGISTRY_ADDRESS === undefined
      ? noRegistry
      : registryVerifier(config.SENDER_ID_REGISTRY_ADDRESS, config, safeguards, metrics);
  if (config.SENDER_ID_REGISTRY_ADDRESS !== undefined) degraded.follow('registry', () => !alpha.answered());
  closing.add('sender-id-registry', () => alpha.close());

  const objects = new ObjectStore(config);
  closing.add('object-store', () => objects.close());
  const bursts = new BurstSignals(config, safeguards, metrics, log);
  closing.add('burst-signals', () => bursts.close());

  const app: App = {
    config,
    log,
    metrics,
    safeguards,
    pool,
    regional,
    redis,
    dueNudge,
    validations: new ValidationCache(redis, safeguards, config.VALIDATION_MAX_AGE_MS, config.VALIDATION_REFRESH_MS),
    reservationQuota: new Quota(redis, safeguards, 'reservations', config.RESERVATION_QUOTA, config.QUOTA_CACHE_TTL_MS),
    leaseQuota: new Quota(redis, safeguards, 'leases', config.LEASE_QUOTA, config.QUOTA_CACHE_TTL_MS),
    reserveRate: new ReserveRate(redis, safeguards, config.RESERVE_LIMIT, config.RESERVE_LIMIT_WINDOW_MS),
    idempotency: new IdempotencyStore('numbering', safeguards),
    alpha,
    conflicts: new Conflicts(pool, safeguards, metrics, log),
    bursts,
    objects,
    exports: {
      pool,
      objects,
      kms: new Kms(config),
      safeguards,
      privateBucket: config.OBJECT_STORE_BUCKET,
      exportBucket: config.EXPORT_BUCKET,
    },
  };
  const validations = new ValidateLease(app);

  regional.start();
  await redis.start();
  const http = await createHttpApp({
    service: NAME,
    log,
    registry,
    safeguards,
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
  addRoutes(http, app, validations);
  addAdminRoutes(http, app);
  await http.listen({ host: config.HTTP_HOST, port: config.HTTP_PORT });
  closing.add('http', () => http.close());
  const grpc = await startGrpc(app, validations, config.HTTP_HOST, config.GRPC_PORT);
  closing.add('grpc', () => stopGrpc(grpc.server, config.SHUTDOWN_GRACE_MS / 2));

  drainOnSignal(closing, log, config.SHUTDOWN_GRACE_MS);
  log.info({ http: http.server.address(), grpc: grpc.port, safeguardsOff: config.SAFEGUARDS_OFF }, 'started');
});
