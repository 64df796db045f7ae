/** Settings of the section `[pgbouncer]` that this pooler honours. Durations are ms here, seconds there. */
export interface Config {
  readonly poolMode: 'session' | 'transaction';
  readonly defaultPoolSize: number;
  readonly reservePoolSize: number;
  readonly reservePoolTimeoutMs: number;
  readonly maxClientConn: number;
  readonly maxPreparedStatements: number;
  readonly queryTimeoutMs: number;
  readonly queryWaitTimeoutMs: number;
  readonly idleTransactionTimeoutMs: number;
  readonly clientIdleTimeoutMs: number;
  readonly clientLoginTimeoutMs: number;
  readonly serverConnectTimeoutMs: number;
  readonly serverLoginRetryMs: number;
  readonly serverIdleTimeoutMs: number;
  readonly serverLifetimeMs: number;
  readonly serverCheckDelayMs: number;
  readonly serverCheckQuery: string;
  readonly serverResetQuery: string;
  readonly serverResetQueryAlways: boolean;
  readonly ignoreStartupParameters: ReadonlySet<string>;
  readonly trackExtraParameters: readonly string[];
  readonly adminUsers: ReadonlySet<string>;
}

/** Defaults of PgBouncer 1.24 (pgbouncer.5). */
const DEFAULTS = {
  pool_mode: 'session',
  default_pool_size: '20',
  reserve_pool_size: '0',
  reserve_pool_timeout: '5',
  max_client_conn: '100',
  max_prepared_statements: '200',
  query_timeout: '0',
  query_wait_timeout: '120',
  idle_transaction_timeout: '0',
  client_idle_timeout: '0',
  client_login_timeout: '60',
  server_connect_timeout: '15',
  server_login_retry: '15',
  server_idle_timeout: '600',
  server_lifetime: '3600',
  server_check_delay: '30',
  server_check_query: 'select 1',
  server_reset_query: 'DISCARD ALL',
  server_reset_query_always: '0',
  ignore_startup_parameters: '',
  track_extra_parameters: 'IntervalStyle',
  admin_users: '',
  // Said to the real one and without meaning here.
  auth_type: 'trust',
  auth_file: '',
  listen_addr: '',
  listen_port: '',
  unix_socket_dir: '',
  logfile: '',
  pidfile: '',
  log_connections: '1',
  log_disconnections: '1',
  log_pooler_errors: '1',
  log_stats: '1',
  stats_users: '',
  tcp_keepalive: '1',
} as const satisfies Readonly<Record<string, string>>;

type Setting = keyof typeof DEFAULTS;

/** The settings as text, by name: what `SHOW CONFIG` says. @throws for a name or value that is not understood */
export function settings(given: Readonly<Record<string, string>>): Readonly<Record<Setting, string>> {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(DEFAULTS, name))
      throw new Error(`PgBouncer configuration: ${name} is not known here, see config.ts`);
  }
  return { ...DEFAULTS, ...given };
}

/** Reads the settings. @throws for a name or value that is not understood */
export function readConfig(given: Readonly<Record<string, string>>): Config {
  const all = settings(given);
  const count = (name: Setting): number => {
    const value = Number(all[name]);
    if (!Number.isInteger(value) || value < 0)
      throw new Error(`PgBouncer configuration: ${name} is ${all[name]}, expected a count`);
    return value;
  };
  const ms = (name: Setting): number => {
    const value = Number(all[name]) * 1000;
    if (Number.isNaN(value) || value < 0)
      throw new Error(`PgBouncer configuration: ${name} is ${all[name]}, expected seconds`);
    return value;
  };
  const list = (name: Setting): string[] =>
    all[name].split(',').flatMap((each) => (each.trim() === '' ? [] : [each.trim()]));
  const { pool_mode: poolMode } = all;
  if (poolMode !== 'session' && poolMode !== 'transaction')
    throw new Error(`PgBouncer configuration: pool_mode is ${poolMode}, expected session or transaction`);
  return {
    poolMode,
    defaultPoolSize: count('default_pool_size'),
    reservePoolSize: count('reserve_pool_size'),
    reservePoolTimeoutMs: ms('reserve_pool_timeout'),
    maxClientConn: count('max_client_conn'),
    maxPreparedStatements: count('max_prepared_statements'),
    queryTimeoutMs: ms('query_timeout'),
    queryWaitTimeoutMs: ms('query_wait_timeout'),
    idleTransactionTimeoutMs: ms('idle_transaction_timeout'),
    clientIdleTimeoutMs: ms('client_idle_timeout'),
    clientLoginTimeoutMs: ms('client_login_timeout'),
    serverConnectTimeoutMs: ms('server_connect_timeout'),
    serverLoginRetryMs: ms('server_login_retry'),
    serverIdleTimeoutMs: ms('server_idle_timeout'),
    serverLifetimeMs: ms('server_lifetime'),
    serverCheckDelayMs: ms('server_check_delay'),
    serverCheckQuery: all.server_check_query,
    serverResetQuery: all.server_reset_query,
    serverResetQueryAlways: all.server_reset_query_always === '1',
    ignoreStartupParameters: new Set(list('ignore_startup_parameters')),
    trackExtraParameters: list('track_extra_parameters'),
    adminUsers: new Set(list('admin_users')),
  };
}
