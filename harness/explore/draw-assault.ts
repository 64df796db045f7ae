import type { Command, Ms, PlannedFault } from '../../contract/index.ts';
import type { Dice } from './dice.ts';
import { DUE_MS, drawFault } from './draw-faults.ts';
import type { Workload } from './draw-workload.ts';
import type { Siege } from './sieges.ts';
import type { Strike } from './sweep.ts';

/**
 * The faults of an assault, and into the workload the commands that they come at. One is over before the next one comes.
 *
 * @param favoured commands that are looked for: where it is another that is struck, they come meanwhile
 */
export function drawAssault(
  dice: Dice,
  workload: Workload,
  strikes: readonly Strike[],
  favoured: readonly string[],
): readonly PlannedFault[] {
  const [first] = strikes;
  if (first === undefined) return [];
  const { command, due } = first.siege;
  const commands = workload.repeatedly(command, strikes.length, due);
  for (const each of due ? [] : commands) {
    workload.aftermath(each);
    if (!favoured.includes(command)) workload.meanwhile(each, favoured);
  }
  return strikes.flatMap(({ siege, nth }, n) => {
    const of = commands[n] as Command;
    const instants = due ? seenTo(of, siege) : [of.at];
    const drawn = drawFault(dice, siege, nth, Math.floor(workload.lastsMs / strikes.length / 2));
    return instants.map((at) => ({ at, ...drawn }));
  });

  /** Shortly before a target sees to what comes due by it. */
  function seenTo(of: Command, { targets }: Siege): readonly Ms[] {
    const coming = workload
      .dueOf(of)
      .filter(({ carriedOutBy }) => carriedOutBy.some((instance) => targets.includes(instance)));
    return coming.slice(0, 1).map(({ at }) => Math.max(0, at - DUE_MS));
  }
}
