/** PgBouncer's figures as Prometheus reads them, by the names of prometheus-community/pgbouncer_exporter. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { PoolLine, StatsLine } from './console.ts';

const MICROS = 1_000_000;

/** Takes what the console says, again and again. */
export class PoolerMetrics {
  readonly #up: Gauge;
  readonly #gauges: readonly (readonly [gauge: Gauge, read: (line: PoolLine) => number])[];
  readonly #maxWait: Gauge;
  readonly #queries: Counter;
  readonly #waited: Counter;
  /** The longest wait since the last scrape, by pool: a gauge that is looked at now and then would miss it. */
  readonly #longest = new Map<string, { readonly labels: Record<string, string>; seconds: number }>();
  readonly #last = new Map<string, StatsLine>();

  constructor(registry: Registry) {
    const registers = [registry];
    const labelNames = ['database', 'user'];
    const gauge = (name: string, help: string, read: (line: PoolLine) => number): readonly [Gauge, typeof read] => [
      new Gauge({ name: `pgbouncer_pools_${name}`, help, labelNames, registers }),
      read,
    ];
    this.#gauges = [
      gauge('client_active_connections', 'Clients that are served or idle', (line) => line.cl_active),
      gauge('client_waiting_connections', 'Clients that wait for a server', (line) => line.cl_waiting),
      gauge('server_active_connections', 'Servers in use', (line) => line.sv_active),
      gauge('server_idle_connections', 'Servers that are free', (line) => line.sv_idle + line.sv_used),
    ];
    const longest = this.#longest;
    this.#maxWait = new Gauge({
      name: 'pgbouncer_pools_client_maxwait_seconds',
      help: 'The longest that a client has been waiting for a server, the greatest of all looks since the last scrape',
      labelNames,
      registers,
      collect() {
        for (const each of longest.values()) {
          this.set(each.labels, each.seconds);
          each.seconds = 0;
        }
      },
    });
    this.#queries = new Counter({
      name: 'pgbouncer_stats_queries_pooled_total',
      help: 'Queries answered',
      labelNames: ['database'],
      registers,
    });
    this.#waited = new Counter({
      name: 'pgbouncer_stats_client_wait_seconds_total',
      help: 'Time that clients have waited for a server',
      labelNames: ['database'],
      registers,
    });
    this.#up = new Gauge({ name: 'pgbouncer_up', help: '1 while the console answers', registers });
  }

  looked(pools: readonly PoolLine[], stats: readonly StatsLine[]): void {
    this.#up.set(1);
    for (const line of pools) {
      const labels = { database: line.database, user: line.user };
      for (const [gauge, read] of this.#gauges) gauge.set(labels, read(line));
      const seconds = line.maxwait + line.maxwait_us / MICROS;
      const key = `${line.database} ${line.user}`;
      const seen = this.#longest.get(key);
      if (seen === undefined) this.#longest.set(key, { labels, seconds });
      else seen.seconds = Math.max(seen.seconds, seconds);
    }
    for (const line of stats) this.#count(line);
  }

  /** The console counts from its own start: less than before means that it is another life. */
  #count(line: StatsLine): void {
    const before = this.#last.get(line.database);
    this.#last.set(line.database, line);
    const labels = { database: line.database };
    const since = (read: (of: StatsLine) => number): number => {
      const [was, is] = [before === undefined ? 0 : read(before), read(line)];
      return is >= was ? is - was : is;
    };
    this.#queries.inc(
      labels,
      since((of) => of.total_query_count),
    );
    this.#waited.inc(labels, since((of) => of.total_wait_time) / MICROS);
  }

  /** The console does not answer: what it last said is not repeated. */
  away(): void {
    this.#up.set(0);
    for (const [gauge] of this.#gauges) gauge.reset();
    this.#maxWait.reset();
    this.#longest.clear();
  }
}
