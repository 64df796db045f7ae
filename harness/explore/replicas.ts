import type { PlannedFault, Running } from '../../contract/index.ts';

const NUMBERED = /-\d+$/;

/** What replicas share of their names: `numbering-service` of `numbering-service-2`. */
export const stemOf = (instance: string): string => instance.replace(NUMBERED, '');

/** Targets that differ in the numbers of their components only: what does the same, and what mitigates the loss of one. */
export function replicasOf(
  targets: readonly string[],
  among: readonly (readonly string[])[],
): readonly (readonly string[])[] {
  const stem = (names: readonly string[]): string => names.map((name) => stemOf(name)).join(' ');
  const own = targets.join(' ');
  return among.filter((other) => other.join(' ') !== own && stem(other) === stem(targets));
}

/** An instance that takes another's place in a fault, and is in its turn taken the place of. */
export type Swap = readonly [planned: string, instead: string];

/** The instances of the component of which this is one, itself among them. */
export function replicasIn(running: Running, instance: string): readonly string[] {
  const groups = running.deployment.components.map(({ name }) => running.component(name).instances);
  return groups.find((group) => group.includes(instance)) ?? [instance];
}

/** The links between any replica of the one end and any of the other, each with who is swapped where the message comes on it. */
export function waysBetween(
  running: Running,
  from: string,
  to: string,
): readonly { readonly from: string; readonly to: string; readonly swaps: readonly Swap[] }[] {
  return replicasIn(running, from).flatMap((source) =>
    replicasIn(running, to).map((target) => ({
      from: source,
      to: target,
      swaps: [[from, source] as const, [to, target] as const].filter(([planned, instead]) => planned !== instead),
    })),
  );
}

/** The fault, about the others. Of two faults at one message each stays about a replica of its own. */
export function swapped(planned: PlannedFault, swaps: readonly Swap[]): PlannedFault {
  if (swaps.length === 0) return planned;
  const other = new Map(swaps.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));
  return { ...planned, targets: planned.targets.map((target) => other.get(target) ?? target) };
}
