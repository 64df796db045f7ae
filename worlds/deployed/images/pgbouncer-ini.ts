import type { PgbouncerSpec } from '../../../contract/index.ts';
import { toSystem } from '../../../contract/index.ts';

/** PgBouncer's settings that are times, in seconds: fractions are allowed. */
const TIME = /_(timeout|lifetime|delay|period)$/;
/** PgBouncer cuts these to whole seconds (`cf_server_connect_timeout / USEC`): of half a second nothing is left, and every connection fails at once. */
const WHOLE_SECONDS: ReadonlySet<string> = new Set(['server_connect_timeout']);

/** Where a server is reached. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * `pgbouncer.ini` and what else is in its folder, by name. No passwords: it is reached from the run's own network and from
 * 127.0.0.1 alone.
 * @param through the address at which it reaches a server
 */
export function pgbouncerFiles(
  spec: PgbouncerSpec,
  through: (server: Address) => Address,
  speed = 1,
): Readonly<Record<string, string>> {
  const databases = Object.entries(spec.databases).map(([name, { host, port, database, connectQuery }]) => {
    const address = through({ host, port });
    const query = connectQuery === undefined ? '' : ` connect_query='${connectQuery.replaceAll("'", "''")}'`;
    return `${name} = host=${address.host} port=${address.port} dbname=${database} user=postgres${query}`;
  });
  const settings = { ...COMMON, listen_port: String(spec.port), ...spec.config };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${scaled(name, value, speed)}`);
  return {
    'pgbouncer.ini': `[databases]\n${databases.join('\n')}\n\n[pgbouncer]\n${lines.join('\n')}\n`,
    'userlist.txt': '"postgres" ""\n',
  };
}

const COMMON = {
  listen_addr: '*',
  unix_socket_dir: '',
  auth_type: 'trust',
  auth_file: '/etc/pgbouncer/userlist.txt',
  admin_users: 'postgres',
  ignore_startup_parameters: 'extra_float_digits',
};

function scaled(name: string, value: string, speed: number): string {
  const seconds = Number(value);
  if (!TIME.test(name) || !(seconds > 0)) return value;
  const told = toSystem(seconds * 1000, speed) / 1000;
  return String(WHOLE_SECONDS.has(name) ? Math.ceil(told) : told);
}
