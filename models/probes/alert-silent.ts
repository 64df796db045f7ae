import type { AlertChange, Ms, Observation, Probe } from '../../contract/index.ts';

/** The alert does not fire: one look at the start, one at each change, one at the end. */
export function alertSilent(alert: string): Probe {
  return {
    title: `${alert} is silent`,
    observe: async ({ alerts }, _running, from, to) => {
      const changes = alerts.filter((change) => change.alert === alert && change.at <= to);
      const instants = [from, ...changes.map(({ at }) => at).filter((at) => at > from), to];
      return [...new Set(instants)].map((at) => look(alert, changes, at));
    },
    plant: (evidence) => ({
      ...evidence,
      alerts: [
        ...evidence.alerts,
        { alert, state: 'firing', at: evidence.instants.steady ?? 0, labels: {}, annotations: {} },
      ],
    }),
  };
}

/** Firing or resolved by its last change; with several label sets, firing while one is. */
function look(alert: string, changes: readonly AlertChange[], at: Ms): Observation {
  const firing = new Set<string>();
  for (const change of changes) {
    if (change.at > at) continue;
    const key = JSON.stringify(change.labels);
    if (change.state === 'firing') firing.add(key);
    else firing.delete(key);
  }
  return { at, holds: firing.size === 0, seen: firing.size === 0 ? `${alert} silent` : `${alert} fires` };
}
