import type { CaseFailure, Convergence, Ms, Running } from '../../contract/index.ts';
import type { Schedule } from './schedule.ts';

/** Between two looks: short at first, since most runs have converged by then. */
const LOOK_EVERY: { readonly from: Ms; readonly to: Ms } = { from: 250, to: 2000 };

/** How phase 2 ended. */
export interface Converged {
  readonly failures: readonly CaseFailure[];
  /** The failure is a suspicion: its condition was given up before its time was up. */
  readonly givenUp: boolean;
}

/**
 * Phase 2: everything is healed, and the system must come to rest within the catalogue's limits. A process that ended by
 * itself is started again, as whoever runs it would. Conditions are waited for one after the other, each by its own limit
 * since the healing, until all hold at one look; the first whose time is up is the failure. Whoever is
 * impatient has a condition given up when it has said the same for longer than its `patience`: that is no verdict, and such a case must be run again.
 */
export async function converge(
  running: Running,
  conditions: readonly Convergence[],
  schedule: Pick<Schedule, 'healAll'>,
  impatient = false,
): Promise<Converged> {
  const { clock } = running;
  await schedule.healAll();
  const healed = clock.now();
  let said: { readonly what: string; readonly since: Ms } | undefined;
  let every = LOOK_EVERY.from;
  for (let held = 0; held < conditions.length;) {
    await restartEnded(running);
    // A look at those that have held before is worth its cost only when the last one holds.
    const [missing] = await firstMissing(running, conditions, held);
    if (missing === undefined) {
      const [again] = held === 0 ? [] : await firstMissing(running, conditions, 0);
      if (again === undefined) return { failures: [], givenUp: false };
      held = 0;
    } else {
      held = conditions.indexOf(missing.condition);
      const { name, within, row, patience = Infinity } = missing.condition;
      const now = clock.now();
      const what = `${name}: ${missing.what}`;
      if (said?.what !== what) said = { what, since: now };
      const late = now - healed > within;
      if (late || (impatient && now - said.since > patience))
        return {
          failures: [
            {
              check: `convergence:${name}`,
              what: `${missing.what}, ${((now - healed) / 1000).toFixed(0)} s after all faults were healed (${row} allows ${within / 1000} s)`,
              at: now,
            },
          ],
          givenUp: !late,
        };
    }
    await clock.sleep(every);
    every = Math.min(LOOK_EVERY.to, every * 2);
  }
  return { failures: [], givenUp: false };
}

interface Missing {
  readonly condition: Convergence;
  readonly what: string;
}

async function firstMissing(
  running: Running,
  conditions: readonly Convergence[],
  from: number,
): Promise<readonly Missing[]> {
  for (const condition of conditions.slice(from)) {
    const what = await condition.look(running).catch((error: unknown) => `the look failed: ${messageOf(error)}`);
    if (what !== undefined) return [{ condition, what }];
  }
  return [];
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
