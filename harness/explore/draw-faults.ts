import type { Command, DrawableFault, Ms, PlannedFault, Topology } from '../../contract/index.ts';
import type { Dice } from './dice.ts';
import type { Workload } from './draw-workload.ts';
import { replicasOf } from './replicas.ts';
import type { Siege } from './sieges.ts';
import { weighted } from './weighted.ts';

/** How many faults a run has: mostly one to three. */
const FAULTS = [0, 1, 1, 1, 2, 2, 2, 3, 3, 4];
/** A fault that is aimed at a command comes so shortly after it began ... */
const AIM_MS: readonly Ms[] = [12, 12, 40];
/** ... or with one of so many messages from there on: a change of an identifier is some ten statements, an event one or two. */
const MESSAGES = { few: 4, many: 14 } as const;
/** Messages are counted from so long before something is due. */
export const DUE_MS: Ms = 5;
/** A fault that follows on another comes within this. */
const NEXT_MS: Ms = 3000;
/** One time in so many a fault hits the replicas of its target too. */
const REPLICAS = 2;
const FAULTS_MAX = Math.max(...FAULTS);
/** One time in so many a fault is aimed at what has nothing to do with its targets. */
const OTHERS = 4;
/** Half of the faults last a tenth of what they might: what tries again meets both. */
const SHORT = 10;

export interface FaultsDrawn {
  readonly dice: Dice;
  readonly topology: Topology;
  readonly workload: Workload;
  /** Commands that faults are aimed at. */
  readonly aims: readonly Command[];
  /** Instances that carry a command out beside the one that is called. */
  readonly carriedOutBy: (command: Command) => readonly string[];
  /** Kinds of fault that may be drawn at all. Absent: all that the topology has. */
  readonly kinds: readonly string[] | undefined;
}

/** Faults of one case: most are aimed at a command, which then has an aftermath, or at what comes due. */
export function drawFaults({
  dice,
  topology,
  workload,
  aims,
  carriedOutBy,
  kinds,
}: FaultsDrawn): readonly PlannedFault[] {
  const allowed = topology.faults.filter(({ kind }) => kinds?.includes(kind) ?? true);
  if (allowed.length === 0) return [];
  const drawable = weighted(dice.some(allowed), ({ weight = 1 }) => weight);
  const faults: PlannedFault[] = [];
  for (let left = dice.pick(FAULTS); left > 0; left -= 1) {
    const chosen = dice.pick(drawable);
    const fault = one(chosen, faults.at(-1));
    const replicas = replicasOf(fault.targets, chosen.targets);
    faults.push(fault, ...(replicas.length > 0 && dice.once(REPLICAS) ? alike(fault, replicas) : []));
  }
  return faults.slice(0, FAULTS_MAX);

  function one(chosen: DrawableFault, before: PlannedFault | undefined): PlannedFault {
    const targets = dice.pick(chosen.targets);
    return {
      ...when(chosen.kind, targets, before),
      lastsMs: drawLasts(dice, chosen),
      kind: chosen.kind,
      targets,
      options: chosen.options === undefined ? {} : dice.of(chosen.options),
    };
  }

  function when(
    kind: string,
    targets: readonly string[],
    before: PlannedFault | undefined,
  ): Pick<PlannedFault, 'at' | 'onMessage'> {
    const how = dice.integer(1, 8);
    if (how === 1) return { at: workload.instant() };
    if (how === 2 && before !== undefined) return { at: before.at + dice.integer(0, NEXT_MS) };
    const links = linksOf(topology, kind, targets);
    const coming = comingTo(targets, how <= 4);
    if (coming.length > 0) return sent(Math.max(0, dice.pick(coming).at - DUE_MS), links);
    const near = aimsOf(targets);
    // Half of them at a kind of command first, so that rare ones are met as well.
    const aim = dice.pick(dice.once(2) ? dice.pick(byName(near)) : near);
    workload.aftermath(aim);
    if (how === 5) return { at: aim.at + dice.integer(0, dice.pick(AIM_MS)) };
    return sent(aim.at, links);
  }

  /** What comes due that the targets see to; anything else that does if `any`. Whoever sees to such and to nothing else is always aimed at then. */
  function comingTo(targets: readonly string[], any: boolean): readonly { readonly at: Ms }[] {
    if (!any && ownOf(targets).length > 0) return [];
    const all = workload.due();
    const own = all.filter(({ carriedOutBy }) => isOf(targets, carriedOutBy));
    return own.length > 0 || !any ? own : all;
  }

  /** Mostly what the targets themselves carry out, where there is any. */
  function aimsOf(targets: readonly string[]): readonly Command[] {
    const own = ownOf(targets);
    return own.length > 0 && !dice.once(OTHERS) ? own : aims;
  }

  function ownOf(targets: readonly string[]): readonly Command[] {
    return aims.filter((command) => isOf(targets, carriedOutBy(command)));
  }

  /** With a message from then on. */
  function sent(at: Ms, links: readonly (readonly [string, string])[]): Pick<PlannedFault, 'at' | 'onMessage'> {
    if (links.length === 0) return { at: at + dice.integer(0, dice.pick(AIM_MS)) };
    const [from, to] = dice.pick(links);
    const nth = dice.integer(1, dice.once(2) ? MESSAGES.few : MESSAGES.many);
    return { at, onMessage: { from, to, nth, ofAny: true } };
  }
}

/** How long a fault lasts: half of them are short. */
function drawLasts(dice: Dice, { lastsMs: { from, to } }: DrawableFault): Ms {
  return dice.integer(from, dice.once(2) ? to : from + Math.floor((to - from) / SHORT));
}

/** A fault of these targets, drawn: over after so long at most, and with the n-th message of the link, where there is one and a number. */
export function drawFault(
  dice: Dice,
  { fault, targets, link }: Pick<Siege, 'fault' | 'targets' | 'link'>,
  nth: number | undefined,
  mostMs: Ms,
): Omit<PlannedFault, 'at'> {
  const options = fault.options === undefined ? {} : dice.of(fault.options);
  return {
    ...(link === undefined || nth === undefined
      ? {}
      : { onMessage: { from: link[0], to: link[1], nth, ofAny: true as const } }),
    lastsMs: Math.min(drawLasts(dice, fault), mostMs),
    kind: fault.kind,
    targets,
    options,
  };
}

const isOf = (targets: readonly string[], instances: readonly string[]): boolean =>
  instances.some((instance) => targets.includes(instance));

const byName = (commands: readonly Command[]): readonly (readonly Command[])[] => [
  ...Map.groupBy(commands, ({ name }) => name).values(),
];

/** The same fault at the same instant on others. */
const alike = (fault: PlannedFault, others: readonly (readonly string[])[]): readonly PlannedFault[] =>
  others.map((targets) => ({ ...fault, targets }));

const ofLinks = (kind: string): boolean => kind.startsWith('network.');

/** Both directions of the links whose messages may say when a fault comes: of the link that it is about, else of each that a target is an end of. */
export function linksOf(
  topology: Topology,
  kind: string,
  targets: readonly string[],
): readonly (readonly [string, string])[] {
  const known = topology.faults.flatMap((fault) => (ofLinks(fault.kind) ? fault.targets : []));
  const pairs = [...topology.links, ...known];
  const own = ofLinks(kind) ? pairs.filter((ends) => ends.every((end) => targets.includes(end))) : [];
  const near = own.length > 0 ? own : pairs.filter((ends) => ends.some((end) => targets.includes(end)));
  const ways = near.flatMap(([from = '', to = '']) => [[from, to] as const, [to, from] as const]);
  return [...new Map(ways.map((way) => [way.join(' -> '), way])).values()];
}
