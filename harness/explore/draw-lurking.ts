import type { ExplorationModel, Ms, Topology } from '../../contract/index.ts';
import type { Companion, Lurking } from './ambush.ts';
import { drawn } from './dice.ts';
import type { Dice } from './dice.ts';
import { drawFault } from './draw-faults.ts';
import { FAVOUR, kindOf } from './draw-workload.ts';
import { nameOf, siegesOf } from './sieges.ts';
import type { Siege } from './sieges.ts';
import { weighted } from './weighted.ts';

/** What lurks in one run at most. */
const LURKING_MAX = 16;
/** The steps after the changed code that are looked at; 0: at once. */
const MESSAGES: readonly number[] = [0, 0, 1, 2, 3, 4, 5, 6];
const LASTS_MAX_MS: Ms = 3000;
/** One in so many is no fault: others call at that instant. */
const COMPANY = 3;
/** They are so many, within one of these. */
const COMPANIONS = { min: 1, max: 4 } as const;
const WITHIN_MS: readonly Ms[] = [2, 10, 60, 400];

export interface LurkingChoice {
  /** Kinds of fault that there may be. Absent: all. */
  readonly kinds: readonly string[] | undefined;
  /** What a fault at a place weighs beside its own weight; 0: it is left out. */
  readonly weigh: (siege: Siege) => number;
  /** Commands by which the changed code is carried out: they come oftener. */
  readonly favoured: readonly string[];
}

/** What lurks in a run: faults of whom has to do with the changed code, with messages of his, and calls of other clients. */
export function drawLurking(
  seed: number,
  model: ExplorationModel,
  topology: Topology,
  { kinds, weigh, favoured }: LurkingChoice,
): readonly Lurking[] {
  const whole = (siege: Siege): string => nameOf({ ...siege, command: '', due: false });
  const sieges = [...new Map(siegesOf(model, topology, kinds).map((siege) => [whole(siege), siege])).values()];
  const places = weighted(sieges, (siege) => Math.ceil(weigh(siege) * (siege.fault.weight ?? 1)));
  const names = weighted(
    topology.commands,
    (name) => kindOf(model, name).weight * (favoured.includes(name) ? FAVOUR : 1),
  );
  if (places.length === 0 && names.length === 0) return [];
  const fault = (dice: Dice): Lurking => {
    const siege = dice.pick(places);
    const nth = dice.pick(MESSAGES);
    return { fault: drawFault(dice, siege, nth === 0 ? undefined : nth, LASTS_MAX_MS) };
  };
  const company = (dice: Dice): Lurking => {
    const within = dice.pick(WITHIN_MS);
    return { company: Array.from({ length: dice.integer(COMPANIONS.min, COMPANIONS.max) }, () => one(dice, within)) };
  };
  const one = (dice: Dice, within: Ms): Companion => {
    const name = dice.pick(names);
    return {
      after: dice.integer(0, within),
      name,
      arguments: dice.of(kindOf(model, name).arguments),
      ...(dice.once(2) ? {} : { client: dice.integer(0, model.clientsMax - 1) }),
    };
  };
  return drawn(seed, (dice) =>
    Array.from({ length: LURKING_MAX }, () =>
      places.length === 0 || (names.length > 0 && dice.once(COMPANY)) ? company(dice) : fault(dice),
    ),
  );
}
