import type { Evidence, Ms, Observation, Probe, Stage } from '../../contract/index.ts';

/** Looks with an ordinary client every `everyMs` while the probe is used. An undefined look says nothing. */
export function polled(
  title: string,
  everyMs: Ms,
  look: (stage: Stage) => Promise<Omit<Observation, 'at'> | undefined>,
  plant?: (evidence: Evidence) => Evidence,
): Probe {
  return {
    title,
    observe: async (evidence, _running, from, to) =>
      (evidence.polled[title] ?? []).filter(({ at }) => at >= from && at <= to),
    poll: { everyMs, look },
    plant: plant ?? ((evidence) => withFailedLook(evidence, title)),
  };
}

function withFailedLook(evidence: Evidence, title: string): Evidence {
  const planted = { at: evidence.instants.injected ?? 0, holds: false, seen: 'planted' };
  return { ...evidence, polled: { ...evidence.polled, [title]: [...(evidence.polled[title] ?? []), planted] } };
}
