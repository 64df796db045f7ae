import type { Command, Ms, PlannedFault } from '../../contract/index.ts';
import type { Dice } from './dice.ts';
import { DUE_MS, drawLasts } from './draw-faults.ts';
import type { Workload } from './draw-workload.ts';
import type { Siege } from './sieges.ts';

/** A siege has so many faults: with the first messages of a change at its first laying, mostly all of them. */
const TIMES = 12;
/** Laid again it begins at one of the first so many messages, and each fault comes so many later than the one before. */
const FIRST_MAX = 14;
const STEPS = [1, 2, 4];

/** The faults of a siege, and into the workload the commands that they come at. One is over before the next one comes. */
export function drawSiege(
  dice: Dice,
  workload: Workload,
  { fault, targets, command, due, link }: Siege,
  round: number,
): readonly PlannedFault[] {
  const options = fault.options === undefined ? {} : dice.of(fault.options);
  const [first, step] = round === 0 ? [1, 1] : [dice.integer(1, FIRST_MAX), dice.pick(STEPS)];
  const lastsMs = Math.min(drawLasts(dice, fault), Math.floor(workload.lastsMs / TIMES / 2));
  const commands = workload.repeatedly(command, TIMES, due);
  if (!due) for (const each of commands) workload.aftermath(each);
  const instants = due ? commands.flatMap(seenTo) : commands.map(({ at }) => at);
  return instants.map((at, n) => ({
    at,
    ...(link === undefined
      ? {}
      : { onMessage: { from: link[0], to: link[1], nth: first + n * step, ofAny: true as const } }),
    lastsMs,
    kind: fault.kind,
    targets,
    options,
  }));

  /** Shortly before a target sees to what comes due by it. */
  function seenTo(of: Command): readonly Ms[] {
    const coming = workload
      .dueOf(of)
      .filter(({ carriedOutBy }) => carriedOutBy.some((instance) => targets.includes(instance)));
    return coming.slice(0, 1).map(({ at }) => Math.max(0, at - DUE_MS));
  }
}
