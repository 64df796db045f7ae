import type { Core } from './core.ts';

/** The version whose behaviour this server has. */
export const VERSION = '7.0.15';

const SECTIONS: Readonly<Record<string, (core: Core) => readonly string[]>> = {
  server: (core) => [
    `redis_version:${VERSION}`,
    'redis_mode:standalone',
    'os:simulated',
    `uptime_in_seconds:${Math.floor((core.host.now() - core.startedAt) / 1000)}`,
  ],
  clients: ({ clients }) => [
    `connected_clients:${clients.size}`,
    `blocked_clients:${[...clients.values()].filter(({ blocked }) => blocked !== undefined).length}`,
  ],
  memory: ({ memory }) => [
    `used_memory:${memory.used}`,
    `maxmemory:${memory.limit}`,
    `maxmemory_policy:${memory.policy}`,
  ],
  persistence: () => ['loading:0', 'async_loading:0', 'rdb_changes_since_last_save:0', 'aof_enabled:0'],
  stats: ({ stats, pubsub }) => [
    `total_connections_received:${stats.connections}`,
    `total_commands_processed:${stats.commands}`,
    `expired_keys:${stats.expired}`,
    `evicted_keys:${stats.evicted}`,
    `pubsub_channels:${pubsub.channels.size}`,
    `pubsub_patterns:${pubsub.patterns.size}`,
    `total_error_replies:${stats.errors}`,
  ],
  replication: () => ['role:master', 'connected_slaves:0'],
  keyspace: ({ databases }) =>
    databases
      .filter(({ size }) => size > 0)
      .map(({ index, size, expiring }) => `db${index}:keys=${size},expires=${expiring},avg_ttl=0`),
};

/** INFO's text: the sections asked for, all when none is; an unknown section is empty, as in the real server. */
export function info(core: Core, names: readonly string[]): string {
  const asked = names.map((name) => name.toLowerCase());
  const all = asked.length === 0 || asked.some((name) => ['all', 'default', 'everything'].includes(name));
  return Object.entries(SECTIONS)
    .filter(([name]) => all || asked.includes(name))
    .map(([name, lines]) => [`# ${name[0]?.toUpperCase()}${name.slice(1)}`, ...lines(core), ''].join('\r\n'))
    .join('\r\n');
}
