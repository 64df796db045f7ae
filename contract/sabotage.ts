/** A patch of the deployment, from the start of a run, that removes one safeguard: the assertion named must then turn red. */
export type Sabotage = SabotageKind & {
  /** The run that shows it. Absent: the first that judges the assertion which must turn red. */
  readonly run?: string;
};

type SabotageKind =
  /** `SAFEGUARDS_OFF=<safeguard>` in each service that declares it. */
  | {
      readonly kind: 'safeguard-off';
      readonly safeguard: string;
      /** Steady-state probes, by index, that this safeguard itself makes true: not asked for while it is off. */
      readonly steadyWithout?: readonly number[];
    }
  /** The alert is taken out of the rule files. */
  | { readonly kind: 'rule-removed'; readonly alert: string }
  /** Other environment or start configuration of a component. */
  | { readonly kind: 'configuration'; readonly component: string; readonly env: Readonly<Record<string, string>> }
  /** A step of the operator in the scenario is not done. */
  | { readonly kind: 'operator-skips'; readonly step: 'onDetected' | 'onCleared' };

/** Applied to every row: each assertion must have been seen red (CONTRIBUTING.md, Habits). */
export const MUTATIONS = ['no-fault', 'mute-alert', 'no-heal', 'plant'] as const;
/** `no-fault` must end `vacuous`; `mute-alert` turns the detection red, `no-heal` the recovery, `plant` each line that lasts. */
export type Mutation = (typeof MUTATIONS)[number];
