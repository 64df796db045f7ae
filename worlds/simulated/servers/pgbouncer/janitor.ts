import type { PgBouncer } from './bouncer.ts';
import type { Pool } from './pool.ts';

/** Ends what has waited, lived or idled for too long (janitor.c). A limit of 0 is none. */
export function upkeep(bouncer: PgBouncer): void {
  for (const pool of bouncer.pools) {
    clients(bouncer, pool);
    servers(bouncer, pool);
    pool.activate();
  }
}

const beyond = (age: number, limit: number): boolean => limit > 0 && age > limit;

function clients({ config, now }: PgBouncer, pool: Pool): void {
  for (const client of pool.waiting.slice()) {
    const age = now() - (client.waitsSince ?? now());
    if (client.state === 'login') {
      if (beyond(age, config.clientLoginTimeoutMs)) client.fail('client_login_timeout');
    } else if (beyond(age, config.queryWaitTimeoutMs)) client.fail('query_wait_timeout');
  }
  for (const client of pool.clients) {
    const idle = now() - client.activeAt;
    if (client.server === undefined && client.waitsSince === undefined && beyond(idle, config.clientIdleTimeoutMs))
      client.fail('client_idle_timeout');
  }
}

function servers({ config, now }: PgBouncer, pool: Pool): void {
  const connecting = pool.connecting;
  if (connecting !== undefined && beyond(now() - connecting.connectedAt, config.serverConnectTimeoutMs))
    pool.loginFailed(connecting, 'connect timeout');
  for (const server of pool.active) {
    if (server.queryAt !== undefined && beyond(now() - server.queryAt, config.queryTimeoutMs))
      server.close('query timeout');
    else if (
      server.status === 'T' &&
      server.queryAt === undefined &&
      beyond(now() - (server.client?.activeAt ?? now()), config.idleTransactionTimeoutMs)
    )
      server.close('idle transaction timeout');
  }
  for (const server of [...pool.idle, ...pool.used]) {
    if (pool.database.paused || server.stale) server.close('pause');
    else if (beyond(now() - server.since, config.serverIdleTimeoutMs)) server.close('server idle timeout');
    else if (beyond(now() - server.connectedAt, config.serverLifetimeMs)) server.close('server lifetime over');
    else if (server.state === 'idle' && beyond(now() - server.since, config.serverCheckDelayMs)) {
      pool.forget(server);
      server.state = 'used';
      pool.used.push(server);
    }
  }
}
