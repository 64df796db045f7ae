/** PgBouncer's console, over one connection that is made anew when it was lost. */
import pg from 'pg';
import { z } from 'zod';
import type { ExporterConfig } from './config.ts';

const poolSchema = z.object({
  database: z.string(),
  user: z.string(),
  cl_active: z.coerce.number(),
  cl_waiting: z.coerce.number(),
  sv_active: z.coerce.number(),
  sv_idle: z.coerce.number(),
  sv_used: z.coerce.number(),
  maxwait: z.coerce.number(),
  maxwait_us: z.coerce.number(),
});

/** A line of `SHOW POOLS`. */
export type PoolLine = z.infer<typeof poolSchema>;

const statsSchema = z.object({
  database: z.string(),
  total_query_count: z.coerce.number(),
  total_wait_time: z.coerce.number(),
});

/** A line of `SHOW STATS`; times in µs. */
export type StatsLine = z.infer<typeof statsSchema>;

export class PoolerConsole {
  readonly #config: ExporterConfig;
  #client: pg.Client | undefined;

  constructor(config: ExporterConfig) {
    this.#config = config;
  }

  /** Lines about real databases. Rejects when the console does not answer in time. */
  async read(): Promise<{ readonly pools: readonly PoolLine[]; readonly stats: readonly StatsLine[] }> {
    const pools = await this.#show('SHOW POOLS', poolSchema);
    const stats = await this.#show('SHOW STATS', statsSchema);
    const real = ({ database }: { readonly database: string }): boolean => database !== 'pgbouncer';
    return { pools: pools.filter(real), stats: stats.filter(real) };
  }

  async #show<T>(command: string, schema: z.ZodType<T>): Promise<T[]> {
    const client = this.#client ?? (await this.#connect());
    try {
      const { rows } = await client.query(command);
      return rows.map((row) => schema.parse(row));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async #connect(): Promise<pg.Client> {
    const { PGBOUNCER_URL, CONSOLE_TIMEOUT_MS } = this.#config;
    const client = new pg.Client({
      connectionString: PGBOUNCER_URL,
      connectionTimeoutMillis: CONSOLE_TIMEOUT_MS,
      query_timeout: CONSOLE_TIMEOUT_MS,
    });
    client.on('error', () => {
      this.#client = undefined; // the next look connects again
    });
    await client.connect();
    this.#client = client;
    return client;
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }
}
