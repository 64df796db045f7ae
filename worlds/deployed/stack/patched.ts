import type { Sabotage, ServiceSpec } from '../../../contract/index.ts';

/** The environment of a service with the change that a sabotage makes, if it makes one here. */
export function patchedEnvironment(
  spec: ServiceSpec,
  sabotage: Sabotage | undefined,
): Readonly<Record<string, string>> {
  if (sabotage?.kind === 'configuration' && sabotage.component === spec.name) return { ...spec.env, ...sabotage.env };
  if (sabotage?.kind === 'safeguard-off' && spec.safeguards.includes(sabotage.safeguard))
    return { ...spec.env, SAFEGUARDS_OFF: sabotage.safeguard };
  return spec.env;
}
