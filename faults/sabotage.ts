import type { Sabotage } from '../contract/index.ts';

/**
 * `SAFEGUARDS_OFF` has the name in every service that declares it. `steadyWithout`: steady-state probes, by index, that
 * the safeguard itself makes true; without it they cannot hold and are not asked for.
 */
export function safeguardOff(
  safeguard: string,
  options: { readonly steadyWithout?: readonly number[] } = {},
): Sabotage {
  return { kind: 'safeguard-off', safeguard, ...options };
}

/** The sabotage is shown in that run of the row. */
export function inRun(run: string, sabotage: Sabotage): Sabotage {
  return { ...sabotage, run };
}

/** The alert is taken out of the rule files. */
export function ruleRemoved(alert: string): Sabotage {
  return { kind: 'rule-removed', alert };
}

/** The component starts with other environment. */
export function configured(component: string, env: Readonly<Record<string, string>>): Sabotage {
  return { kind: 'configuration', component, env };
}

/** The operator leaves out a step of the scenario. */
export function operatorSkips(step: 'onDetected' | 'onCleared'): Sabotage {
  return { kind: 'operator-skips', step };
}
