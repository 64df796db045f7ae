import type { CaseFailure, Convergence, Ms, Running } from '../../contract/index.ts';
import type { Schedule } from './schedule.ts';

/** Between two looks: short at first, since most runs have converged by then. */
const LOOK_EVERY: { readonly from: Ms; readonly to: Ms } = { from: 250, to: 2000 };

/**
 * Phase 2: everything is healed, and the system must come to rest within the catalogue's limits. A process that ended by
 * itself is started again, as whoever runs it would. Each condition is a failure of its own when its time is up.
 */
export async function converge(
  running: Running,
  conditions: readonly Convergence[],
  schedule: Schedule,
): Promise<readonly CaseFailure[]> {
  const { clock } = running;
  await schedule.healAll();
  running.scrape?.();
  const healed = clock.now();
  const failures: CaseFailure[] = [];
  let every = LOOK_EVERY.from;
  for (;;) {
    await restartEnded(running);
    const missing: { readonly condition: Convergence; readonly what: string }[] = [];
    for (const condition of conditions) {
      const what = await condition.look(running).catch((error: unknown) => `the look failed: ${messageOf(error)}`);
      if (what !== undefined) missing.push({ condition, what });
    }
    const now = clock.now();
    const late = missing.filter(({ condition }) => now - healed > condition.within);
    // A condition whose time is not up may still come true, but a failed run is not waited for.
    if (late.length > 0)
      return late.map(({ condition: { name, within, row }, what }) => ({
        check: `convergence:${name}`,
        what: `${what}, ${((now - healed) / 1000).toFixed(0)} s after all faults were healed (${row} allows ${within / 1000} s)`,
        at: now,
      }));
    if (missing.length === 0) return failures;
    await clock.sleep(every);
    every = Math.min(LOOK_EVERY.to, every * 2);
  }
}

async function restartEnded(running: Running): Promise<void> {
  for (const { name } of running.deployment.components) {
    const component = running.component(name);
    if (component.state() === 'exited') await component.start();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
