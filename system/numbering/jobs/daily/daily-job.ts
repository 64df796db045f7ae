/** Jobs that run once a day by the wall clock, and remember over restarts when they did: a day that was slept through is made up for at once. */
import type pg from 'pg';
import { Counter, type Registry } from 'prom-client';
import type { Logger } from '../../../kit/logging.ts';
import { Periodic } from '../../../kit/periodic.ts';
import type { JobsConfig } from '../config.ts';
import type { Job } from '../job.ts';

export interface DailyParts {
  readonly config: JobsConfig;
  readonly log: Logger;
  readonly registry: Registry;
  readonly pool: pg.Pool;
}

/**
 * A job whose `work` is due when the database's clock says that a day has passed since its last run began; looked at every JOB_TICK_MS.
 * A run that failed leaves no record, so that the next tick tries again.
 * @param begin before the first look: what the process has to know from earlier runs
 */
export function dailyJob(
  { config, log, registry, pool }: DailyParts,
  name: string,
  work: () => Promise<Readonly<Record<string, number>>>,
  begin: () => Promise<void> = async () => {},
): Job {
  const runs = new Counter({
    name: 'numbering_job_runs_total',
    help: 'Runs of a daily job, by how they ended',
    labelNames: ['job', 'outcome'],
    registers: [registry],
  });
  for (const outcome of ['ok', 'failed']) runs.inc({ job: name, outcome }, 0);

  const record = async (): Promise<Readonly<Record<string, number>>> => {
    const started = await pool.query<{ at: Date }>('SELECT clock_timestamp() AS at');
    try {
      const done = await work();
      await pool.query(
        `INSERT INTO numbering.job_runs (job, started_at, ended_at, detail) VALUES ($1, $2, clock_timestamp(), $3::jsonb)`,
        [name, started.rows[0]?.at, JSON.stringify(done)],
      );
      runs.inc({ job: name, outcome: 'ok' });
      log.info({ job: name, ...done }, 'run');
      return done;
    } catch (error) {
      runs.inc({ job: name, outcome: 'failed' });
      throw error;
    }
  };
  // One after the other: a run on demand waits for the one under way.
  let last: Promise<unknown> = Promise.resolve();
  const run = (): ReturnType<typeof record> => {
    const next = last.then(record, record);
    last = next.catch(() => {});
    return next;
  };
  let begun = false;
  const tick = new Periodic(name, config.JOB_TICK_MS, log, async () => {
    if (!begun) await begin();
    begun = true;
    const found = await pool.query<{ due: boolean }>(
      `SELECT coalesce(max(started_at) <= now() - $2::float8 * interval '1 millisecond', true) AS due FROM numbering.job_runs WHERE job = $1`,
      [name, config.DAY_MS],
    );
    if (found.rows[0]?.due === true) await run();
  });
  return {
    name,
    start: () => tick.start(),
    runNow: run,
    liveness: () => tick.stalled(config.LIVENESS_FACTOR),
    async stop() {
      await tick.stop();
      await last;
    },
  };
}
