/** Capacity report, for the monthly review with commerce: how full each pool is, and when it is used up. */
import { makeCapacityReport } from '../../store/capacity.ts';
import type { Job } from '../job.ts';
import { dailyJob, type DailyParts } from './daily-job.ts';

/** The forecast goes on as the last month went. */
const WINDOW_DAYS = 30;

export function createCapacityReport(parts: DailyParts): Job {
  const { config, pool } = parts;
  return dailyJob(parts, 'capacity-report', async () => ({
    pools: await makeCapacityReport(pool, WINDOW_DAYS, config.DAY_MS),
  }));
}
