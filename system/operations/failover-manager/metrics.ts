/** What the failover manager exports. */
import { Counter, Gauge, type Registry } from 'prom-client';

export interface FailoverMetrics {
  serverUp(server: string, up: boolean): void;
  primary(server: string | undefined, term: number): void;
  region(region: string, healthy: boolean): void;
  failover(): void;
}

export function createMetrics(
  registry: Registry,
  servers: readonly string[],
  regions: readonly string[],
): FailoverMetrics {
  const registers = [registry];
  const up = new Gauge({
    name: 'postgres_server_up',
    help: 'Whether a PostgreSQL server answered the last probe',
    labelNames: ['server'],
    registers,
  });
  const isPrimary = new Gauge({
    name: 'postgres_server_is_primary',
    help: '1 for the server that takes writes',
    labelNames: ['server'],
    registers,
  });
  const term = new Gauge({ name: 'failover_term', help: 'The term of the present primary', registers });
  const failovers = new Counter({
    name: 'failover_promotions_total',
    help: 'Standbys promoted because the primary was lost',
    registers,
  });
  const health = new Gauge({
    name: 'numbering_region_health',
    help: '1 while a probe of the region answers, from outside of it',
    labelNames: ['region'],
    registers,
  });
  for (const server of servers) isPrimary.set({ server }, 0);
  // Nothing is known yet: an alert must not begin with the process.
  for (const region of regions) health.set({ region }, 1);
  return {
    serverUp: (server, isUp) => up.set({ server }, isUp ? 1 : 0),
    primary: (server, current) => {
      for (const each of servers) isPrimary.set({ server: each }, each === server ? 1 : 0);
      term.set(current);
    },
    region: (region, healthy) => health.set({ region }, healthy ? 1 : 0),
    failover: () => failovers.inc(),
  };
}
