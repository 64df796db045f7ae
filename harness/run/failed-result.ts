import type { RunResult } from '../../contract/index.ts';
import type { Job } from '../parent/job.ts';

/** The result of a run that did not come to its own verdict: it could not be loaded, was killed or died. */
export function failedResult(
  job: Job,
  world: string,
  phase: string,
  problem: string,
  wallMs: number,
  verdict: 'error' | 'aborted' = 'error',
): RunResult {
  return {
    id: job.id,
    run: job.run,
    title: '',
    seed: job.seed,
    ...(job.sabotage && 'mutation' in job.sabotage ? { sabotage: job.sabotage } : {}),
    world,
    speed: job.speed,
    verdict,
    fault: '',
    lines: [],
    instants: {},
    operations: 0,
    otherAlerts: [],
    alongside: [],
    simulatedMs: 0,
    wallMs,
    log: [],
    problem,
    work: {},
    phase,
  };
}
