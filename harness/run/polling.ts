import type { Probe } from '../../contract/index.ts';

/** The probes that poll, and those that combinations are made of. */
export function polling(probes: Iterable<Probe>): readonly Probe[] {
  return [...probes].flatMap((probe) => [...(probe.poll ? [probe] : []), ...polling(probe.parts ?? [])]);
}
