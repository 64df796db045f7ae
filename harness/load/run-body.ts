import type { RunPlan, ScenarioBody } from '../../contract/index.ts';

/** The scenario as one of its runs means it: with what the run adds and what it says in the scenario's place. */
export function bodyOfRun(body: ScenarioBody, plan: RunPlan): ScenarioBody {
  const { operator, threshold, nextRun, load, environment, maxSpeed, mayLose } = plan;
  const own = Object.entries({ operator, threshold, nextRun, load, environment, maxSpeed, mayLose });
  return {
    ...body,
    ...Object.fromEntries(own.filter(([, value]) => value !== undefined)),
    activities: [...(body.activities ?? []), ...(plan.activities ?? [])],
    maySee: merged(body.maySee, plan.maySee ?? {}),
  };
}

function merged(one: ScenarioBody['maySee'], other: ScenarioBody['maySee']): ScenarioBody['maySee'] {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(names.map((name) => [name, [...(one[name] ?? []), ...(other[name] ?? [])]]));
}
