import type { PgBouncer } from './bouncer.ts';
import type { ClientConnection } from './client-connection.ts';
import { settings } from './config.ts';
import { type Column, INT4, NUMERIC, TEXT } from './messages.ts';
import type { Pool } from './pool.ts';
import type { ServerConnection } from './server-connection.ts';

/** The version whose behaviour this is. */
export const VERSION = '1.24.1';

type Row = readonly (string | number | null)[];

/** A table of the console. */
export interface Table {
  readonly columns: readonly Column[];
  rows(bouncer: PgBouncer): readonly Row[];
}

const texts = (...names: string[]): Column[] => names.map((name) => ({ name, type: TEXT }));
const counts = (...names: string[]): Column[] => names.map((name) => ({ name, type: INT4 }));
const numerics = (...names: string[]): Column[] => names.map((name) => ({ name, type: NUMERIC }));

const seconds = (ms: number): number => Math.floor(ms / 1000);
const micros = (ms: number): number => Math.round((ms % 1000) * 1000);
const stamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

function poolRow({ bouncer, clients, waiting, active, idle, used, tested, connecting, database, user }: Pool): Row {
  const longest = waiting.reduce(
    (most, { waitsSince }) => Math.max(most, bouncer.now() - (waitsSince ?? bouncer.now())),
    0,
  );
  const login = connecting === undefined ? 0 : 1;
  return [
    database.name,
    user,
    clients.size - waiting.length,
    waiting.length,
    0,
    0,
    active.size,
    0,
    0,
    idle.length,
    used.length,
    tested.size,
    login,
    seconds(longest),
    micros(longest),
    bouncer.config.poolMode,
    null,
  ];
}

const pools: Table = {
  columns: [
    ...texts('database', 'user'),
    ...counts('cl_active', 'cl_waiting', 'cl_active_cancel_req', 'cl_waiting_cancel_req'),
    ...counts('sv_active', 'sv_active_cancel', 'sv_being_canceled', 'sv_idle', 'sv_used', 'sv_tested', 'sv_login'),
    ...counts('maxwait', 'maxwait_us'),
    ...texts('pool_mode', 'load_balance_hosts'),
  ],
  rows: (bouncer) => {
    const consoles = [...bouncer.clients].filter(({ state }) => state === 'console').length;
    const own = ['pgbouncer', 'pgbouncer', consoles, ...Array.from({ length: 12 }, () => 0), 'statement', null];
    return [...bouncer.pools.map(poolRow), own];
  },
};

const databases: Table = {
  columns: [
    ...texts('name', 'host'),
    ...counts('port'),
    ...texts('database', 'force_user'),
    ...counts('pool_size', 'min_pool_size', 'reserve_pool_size', 'server_lifetime'),
    ...texts('pool_mode', 'load_balance_hosts'),
    ...counts(
      'max_connections',
      'current_connections',
      'max_client_connections',
      'current_client_connections',
      'paused',
      'disabled',
    ),
  ],
  rows: ({ databases, config, clients }) =>
    [...databases.values()].map(({ name, target, paused, pools }) => [
      name,
      target.host,
      target.port,
      target.database,
      null,
      config.defaultPoolSize,
      0,
      config.reservePoolSize,
      seconds(config.serverLifetimeMs),
      null,
      null,
      0,
      [...pools.values()].reduce((sum, { servers }) => sum + servers, 0),
      0,
      [...clients].filter((client) => client.database === name).length,
      paused ? 1 : 0,
      0,
    ]),
};

const TOTALS = ['server_assignment_count', 'xact_count', 'query_count', 'query_time', 'wait_time'];

/** Totals only: averages are the reader's to make of them. Times in µs. */
const stats: Table = {
  columns: [...texts('database'), ...numerics(...TOTALS.map((name) => `total_${name}`))],
  rows: ({ databases }) =>
    [...databases.values()].map(({ name, pools }) => {
      const sum = (read: (pool: Pool) => number): number =>
        [...pools.values()].reduce((total, pool) => total + read(pool), 0);
      const times = [sum((pool) => pool.stats.queryMs), sum((pool) => pool.stats.waitMs)].map((ms) =>
        Math.round(ms * 1000),
      );
      return [
        name,
        sum((pool) => pool.stats.assignments),
        sum((pool) => pool.stats.transactions),
        sum((pool) => pool.stats.queries),
        ...times,
      ];
    }),
};

const CONNECTION = [
  ...texts('type', 'user', 'database', 'state', 'addr'),
  ...counts('port'),
  ...texts('connect_time', 'request_time'),
  ...counts('wait', 'wait_us', 'prepared_statements'),
];

const clientRow = ({ now }: PgBouncer, client: ClientConnection): Row => {
  const waited = client.waitsSince === undefined ? 0 : now() - client.waitsSince;
  return [
    'C',
    client.user,
    client.database,
    client.waitsSince === undefined ? 'active' : 'waiting',
    client.socket.remoteAddress ?? '',
    client.socket.remotePort ?? 0,
    stamp(client.connectedAt),
    stamp(client.activeAt),
    seconds(waited),
    micros(waited),
    client.statements.size,
  ];
};

const serverRow = (pool: Pool, server: ServerConnection): Row => [
  'S',
  pool.user,
  pool.database.name,
  server.state,
  pool.database.target.host,
  pool.database.target.port,
  stamp(server.connectedAt),
  stamp(server.since),
  0,
  0,
  server.preparedCount,
];

/** `SHOW <name>`. */
export const TABLES: Readonly<Record<string, Table>> = {
  pools,
  databases,
  stats,
  clients: { columns: CONNECTION, rows: (bouncer) => [...bouncer.clients].map((client) => clientRow(bouncer, client)) },
  servers: {
    columns: CONNECTION,
    rows: (bouncer) =>
      bouncer.pools.flatMap((pool) =>
        [...pool.active, ...pool.idle, ...pool.used, ...pool.tested].map((server) => serverRow(pool, server)),
      ),
  },
  version: { columns: texts('version'), rows: () => [[`PgBouncer ${VERSION}`]] },
  config: {
    columns: texts('key', 'value'),
    rows: ({ given }) => Object.entries(settings(given)).map(([name, value]) => [name, value]),
  },
};
