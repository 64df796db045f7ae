import type { Command, DrawableFault, Ms, PlannedFault, Topology } from '../../contract/index.ts';
import type { Dice } from './dice.ts';
import type { Workload } from './draw-workload.ts';
import { replicasOf, stemOf } from './replicas.ts';

/** How many faults a run has: mostly one to three. */
const FAULTS = [0, 1, 1, 1, 2, 2, 2, 3, 3, 4];
/** A fault that is aimed at a command comes so shortly after it began ... */
const AIM_MS: readonly Ms[] = [12, 12, 40];
/** ... or with one of so many messages from there on: a change of an identifier is some ten statements, an event one or two. */
const MESSAGES = { few: 4, many: 14 } as const;
/** Messages are counted from so long before something is due. */
const DUE_MS: Ms = 5;
/** A fault that follows on another comes within this. */
const NEXT_MS: Ms = 3000;
/** One time in so many a fault hits the replicas of its target too. */
const REPLICAS = 2;
const FAULTS_MAX = Math.max(...FAULTS);
/** One run in so many is a siege, of so many faults, each of which comes so many messages later than the one before. */
const SIEGES = 2;
const BESIEGED = [4, 4, 8, 12];
const STEPS = [1, 1, 2, 4];
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
  const drawable = dice.some(allowed).flatMap((each) => Array.from({ length: each.weight ?? 1 }, () => each));
  if (dice.once(SIEGES)) return siege();
  const faults: PlannedFault[] = [];
  for (let left = dice.pick(FAULTS); left > 0; left -= 1) {
    const chosen = dice.pick(drawable);
    const fault = one(chosen, faults.at(-1));
    const replicas = replicasOf(fault.targets, chosen.targets);
    faults.push(fault, ...(replicas.length > 0 && dice.once(REPLICAS) ? alike(fault, replicas) : []));
  }
  return faults.slice(0, FAULTS_MAX);

  /**
   * One fault again and again, some messages later each time, and each time when the same kind of command is carried out, once more: what is half
   * done then is seen at many points, at each of a change with the longest of sieges. It is over before the next one comes.
   */
  function siege(): readonly PlannedFault[] {
    const [chosen, targets] = aimedAtOne();
    const options = chosen.options === undefined ? {} : dice.of(chosen.options);
    const times = dice.pick(BESIEGED);
    const instants = besieged(targets, times);
    const links = linksOf(topology, chosen.kind, targets);
    const step = dice.pick(STEPS);
    const first = dice.integer(1, Math.max(step, MESSAGES.many - step * (times - 1)));
    const lastsMs = Math.min(lasts(chosen.lastsMs), Math.floor(workload.lastsMs / times / 2));
    // What it says itself is what it has done so far; what it is told it has not done yet.
    const said = links.filter(([from]) => targets.includes(from));
    const [from, to] = links.length === 0 ? [] : dice.pick(said.length > 0 && !dice.once(OTHERS) ? said : links);
    return instants.map((at, n) => ({
      at,
      ...(from === undefined || to === undefined
        ? {}
        : { onMessage: { from, to, nth: first + n * step, ofAny: true as const } }),
      lastsMs,
      kind: chosen.kind,
      targets,
      options,
    }));
  }

  /** A fault of one component, each of them as often as the others, however many faults know of it; half of the time it dies, and loses what it has half done. */
  function aimedAtOne(): readonly [DrawableFault, readonly string[]] {
    const all = drawable.flatMap((fault) => fault.targets.map((targets) => [fault, targets] as const));
    const component = dice.pick([...new Set(all.flatMap(([, targets]) => targets.map(stemOf)))]);
    const own = all.filter(([, targets]) => targets.some((target) => stemOf(target) === component));
    const kills = own.filter(([{ kind }]) => kind === 'process.kill');
    return dice.pick(kills.length > 0 && dice.once(2) ? kills : own);
  }

  /** When so many commands of one kind are carried out, or when it is seen to what comes due by them. */
  function besieged(targets: readonly string[], times: number): readonly Ms[] {
    const dueOf = (command: Command): readonly Ms[] =>
      workload.dueOf(command).flatMap(({ at, carriedOutBy }) => (isOf(targets, carriedOutBy) ? [at] : []));
    const dues = aims.filter((command) => dueOf(command).length > 0);
    if (dues.length > 0 && (ownOf(targets).length === 0 || dice.once(2))) {
      const commands = workload.repeatedly(nameAmong(dues), times, true);
      return commands.flatMap((command) => dueOf(command).slice(0, 1)).map((at) => Math.max(0, at - DUE_MS));
    }
    const commands = workload.repeatedly(nameAmong(aimsOf(targets)), times, false);
    for (const command of commands) workload.aftermath(command);
    return commands.map(({ at }) => at);
  }

  function nameAmong(commands: readonly Command[]): string {
    return dice.pick(dice.pick(byName(commands))).name;
  }

  function one(chosen: DrawableFault, before: PlannedFault | undefined): PlannedFault {
    const targets = dice.pick(chosen.targets);
    return {
      ...when(chosen.kind, targets, before),
      lastsMs: lasts(chosen.lastsMs),
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

  function lasts({ from, to }: DrawableFault['lastsMs']): Ms {
    return dice.integer(from, dice.once(2) ? to : from + Math.floor((to - from) / SHORT));
  }
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
