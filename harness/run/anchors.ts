import type { Anchor, Row } from '../../catalogue/index.ts';
import type { Instants, Ms } from '../../contract/index.ts';
import type { AnchorInstant } from '../judge/judgement.ts';

type Part = 'detection' | 'mitigation' | 'recovery';

const INSTANT_OF = {
  injection: 'injected',
  threshold: 'threshold',
  detection: 'detected',
  cleared: 'cleared',
  'next-run': 'nextRun',
} as const satisfies Record<Anchor, keyof Instants>;

/** The instant that a line counts from: the recovery's next run is one after the fault was cleared. */
export function anchorInstant(anchor: Anchor, instants: Instants, part: Part): AnchorInstant {
  if (anchor === 'next-run' && part === 'recovery') return { name: anchor, at: instants.nextRunSinceCleared };
  return { name: anchor, at: instants[INSTANT_OF[anchor]] };
}

/** The instant at which the last limit of `lines` has passed; a limit whose anchor has not come counts from `now`. */
export function lastLimit(
  lines: readonly Pick<Row['detection'], 'within' | 'from'>[],
  instants: Instants,
  part: Part,
  now: Ms,
): Ms {
  return Math.max(
    now,
    ...lines.map(
      ({ within, from }) =>
        (anchorInstant(from, instants, part).at ?? now) + (within.ms === 'immediate' ? 0 : within.ms),
    ),
  );
}
