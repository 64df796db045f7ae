import type { ExplorationModel, Ms, PlannedFault, Running, Topology } from '../../contract/index.ts';
import { drawn } from './dice.ts';
import { drawFault } from './draw-faults.ts';
import type { Schedule } from './schedule.ts';
import { nameOf, siegesOf } from './sieges.ts';
import type { Siege } from './sieges.ts';
import { weighted } from './weighted.ts';

/** A fault that comes when changed code is carried out, at once or with one of the next messages. */
export type Lurking = Omit<PlannedFault, 'at'>;

/** Faults of one run at most. */
const LURKING_MAX = 12;
/** The steps after the changed code that are looked at; 0: at once. */
const MESSAGES: readonly number[] = [0, 0, 1, 2, 3, 4, 5, 6];
const LASTS_MAX_MS: Ms = 3000;
/** After the changed code: what it does in the same event is done. Far below any latency. */
const ARM_MS: Ms = 0.01;
/** Between two faults, for the system to come to itself. */
const REST_MS: Ms = 500;

/** Faults that lurk in a run: of whom has to do with the changed code, with messages of his. */
export function drawLurking(
  seed: number,
  model: ExplorationModel,
  topology: Topology,
  { kinds, weigh }: { readonly kinds: readonly string[] | undefined; readonly weigh: (siege: Siege) => number },
): readonly Lurking[] {
  const whole = (siege: Siege): string => nameOf({ ...siege, command: '', due: false });
  const sieges = [...new Map(siegesOf(model, topology, kinds).map((siege) => [whole(siege), siege])).values()];
  const places = weighted(sieges, (siege) => Math.ceil(weigh(siege) * (siege.fault.weight ?? 1)));
  if (places.length === 0) return [];
  return drawn(seed, (dice) =>
    Array.from({ length: LURKING_MAX }, () => {
      const siege = dice.pick(places);
      const nth = dice.pick(MESSAGES);
      return drawFault(dice, siege, nth === 0 ? undefined : nth, LASTS_MAX_MS);
    }),
  );
}

/**
 * Lies in wait during the safety phase: each time that changed code is carried out one of the faults begins, when the one before is over.
 * Resolves with them as a schedule would have them, so that the run can be made again without knowing when that code was carried out.
 *
 * @param carriedOut resolves when it is for the next time
 * @param over the phase has ended
 */
export async function lieInWait(
  lurking: readonly Lurking[],
  carriedOut: () => Promise<void>,
  { clock }: Pick<Running, 'clock'>,
  schedule: Pick<Schedule, 'begins' | 'ends'>,
  over: Promise<void>,
): Promise<readonly PlannedFault[]> {
  const begun = clock.now();
  const sprung: PlannedFault[] = [];
  let ended = false;
  const end = over.then(() => {
    ended = true;
  });
  for (const fault of lurking) {
    await Promise.race([carriedOut(), end]);
    if (ended) break;
    await clock.sleep(ARM_MS);
    const planned = { at: clock.now() - begun, ...fault };
    sprung.push(planned);
    await schedule.begins(planned);
    await Promise.race([clock.sleep(fault.lastsMs), end]);
    schedule.ends(planned);
    await Promise.race([clock.sleep(REST_MS), end]);
  }
  return sprung;
}
