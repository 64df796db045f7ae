import { createHash } from 'node:crypto';
import type {
  Command,
  ExplorationCase,
  ExplorationModel,
  Ms,
  PlannedFault,
  SlowLink,
  Topology,
} from '../../contract/index.ts';
import { drawn } from './dice.ts';
import type { Dice } from './dice.ts';
import { drawFaults } from './draw-faults.ts';
import { drawAssault } from './draw-assault.ts';
import { COMMANDS, Workload, kindOf, storiesOf } from './draw-workload.ts';
import type { Strike } from './sweep.ts';
import { weighted } from './weighted.ts';

/** What is the same in all cases of an exploration. */
export interface DrawChoice {
  /** Kinds of fault that may be drawn at all. Absent: all that the topology has. */
  readonly faults?: readonly string[];
  readonly topology?: string;
  readonly safeguardOff?: string;
  readonly planted?: string;
}

/** What the caller fixes; all else is drawn. */
export interface DrawOptions extends DrawChoice {
  readonly seed: number;
  /** Its faults, all at one kind of command. Absent: they are drawn. */
  readonly strikes?: readonly Strike[];
  /** No faults are drawn: others will come, at any command, each of which has an aftermath. */
  readonly faultless?: boolean;
  /** Commands that come often. */
  readonly favoured?: readonly string[];
}

const LASTS_MS = { min: 20_000, max: 70_000 } as const;
/** Beside an assault there is little else. */
const BESIDE_ASSAULT = { min: 0, max: 16 } as const;
/** Most of these become two or three. */
const FAULTLESS = { min: 6, max: 30 } as const;
/** Between the commands of a case in turn: what one does ends before the next one comes. */
const IN_TURN_MS: Ms = 300;
/** A change that no story tells is made so often: by its arguments it may be refused. */
const ALONE = 4;
/** What comes due is seen to within this. */
const SEEN_TO_MS: Ms = 1000;
const SLOW_LINKS = [0, 0, 0, 1, 2];
/** Where faults and calls are to come between two steps, these take longer more often. */
const SLOW_LINKS_FAULTLESS = [0, 1, 1, 2, 3];
const SLOW_MS = { min: 5, max: 400 } as const;

/** The seed of the n-th case of an exploration. */
export function caseSeed(seed: number, index: number): number {
  return createHash('sha256').update(`${seed}\0${index}`).digest().readUInt32BE() >>> 1;
}

/**
 * The topology of the n-th case: dealt from a shuffled pack, so that the first runs of any exploration meet each topology once and
 * each later round meets them as often as they weigh. In the first round those come first that weigh most, since they are the cheap
 * ones. Depends on seed and index alone.
 */
export function topologyOf(model: ExplorationModel, seed: number, index: number): string {
  const { topologies } = model;
  const later = weighted(topologies, ({ weight }) => weight);
  const round = index < topologies.length ? 0 : 1 + Math.floor((index - topologies.length) / later.length);
  const place = round === 0 ? index : (index - topologies.length) % later.length;
  const rank = (n: number): number => caseSeed(caseSeed(seed, -1 - round), n);
  const pack = (round === 0 ? topologies : later)
    .map(({ name, weight }, n) => ({ name, weight: round === 0 ? weight : 0, at: rank(n) }))
    .toSorted((a, b) => b.weight - a.weight || a.at - b.at);
  return pack[place]?.name ?? '';
}

/**
 * The case that a seed stands for. Swarm: first which commands and kinds of fault there are at all and how dense they
 * come, then the rest, so that runs differ in character and not only in detail.
 */
export function drawCase(model: ExplorationModel, options: DrawOptions): ExplorationCase {
  return drawn(options.seed, (dice) => draw(dice, model, options));
}

/**
 * Each story of a topology, and each command that is in none, one after another and without a fault: which command carries out which code is seen best
 * so.
 */
export function caseInTurn(
  model: ExplorationModel,
  { seed, topology: name, ...options }: DrawOptions & { readonly topology: string },
): ExplorationCase {
  const topology = topologiesOf(model, { topology: name })[0] as Topology;
  const stories = storiesOf(model, topology);
  const told = new Set(stories.flat());
  const alone = topology.commands.filter((each) => !told.has(each));
  const rows = [
    ...stories,
    ...alone.flatMap((name) => Array.from({ length: kindOf(model, name).writes === true ? ALONE : 1 }, () => [name])),
  ];
  const lastsMs = rows.flat().length * IN_TURN_MS;
  return drawn(seed, (dice) => {
    const workload = new Workload(dice, model, topology, {
      lastsMs: LASTS_MS.max,
      commands: { min: 0, max: 0 },
      favoured: [],
    });
    workload.inTurn(rows, IN_TURN_MS);
    const due = workload.due().map(({ at }) => at + SEEN_TO_MS);
    return whole(model, { seed, ...options }, topology, {
      lastsMs: Math.max(lastsMs, ...due),
      slowLinks: [],
      commands: workload.commands,
      faults: [],
    });
  });
}

function draw(dice: Dice, model: ExplorationModel, options: DrawOptions): ExplorationCase {
  const topology = dice.pick(weighted(topologiesOf(model, options), ({ weight }) => weight));
  const lastsMs = dice.integer(LASTS_MS.min, LASTS_MS.max);
  const { strikes, favoured = [], faultless = false } = options;
  const workload = new Workload(dice, model, topology, {
    lastsMs,
    commands: strikes !== undefined ? BESIDE_ASSAULT : faultless ? FAULTLESS : COMMANDS,
    favoured,
  });
  const faults = drawnFaults();
  const slowLinks = Array.from(
    { length: topology.links.length === 0 ? 0 : dice.pick(faultless ? SLOW_LINKS_FAULTLESS : SLOW_LINKS) },
    (): SlowLink => {
      const [from, to] = dice.pick(topology.links);
      const latencyMs = dice.integer(SLOW_MS.min, SLOW_MS.max);
      return { from, to, latencyMs, jitterMs: dice.integer(0, latencyMs) };
    },
  );
  return whole(model, options, topology, { lastsMs, slowLinks, commands: workload.commands, faults });

  function drawnFaults(): readonly PlannedFault[] {
    if (strikes !== undefined) return drawAssault(dice, workload, strikes, favoured);
    if (!faultless) return freeFaults(dice, model, topology, workload, options);
    const writes = workload.commands.filter(({ name }) => kindOf(model, name).writes === true);
    for (const each of writes) workload.aftermath(each);
    for (const each of workload.commands.filter(({ name }) => favoured.includes(name)))
      if (dice.once(2)) workload.crowd(each);
    return [];
  }
}

function freeFaults(
  dice: Dice,
  model: ExplorationModel,
  topology: Topology,
  workload: Workload,
  { faults: kinds }: DrawOptions,
): readonly PlannedFault[] {
  const writes = workload.commands.filter(({ name }) => kindOf(model, name).writes === true);
  const aims = writes.length > 0 ? writes : [...workload.commands];
  const carriedOutBy = ({ name }: Command): readonly string[] => kindOf(model, name).carriedOutBy ?? [];
  return drawFaults({ dice, topology, workload, aims, carriedOutBy, kinds });
}

function whole(
  { system }: ExplorationModel,
  options: DrawOptions,
  topology: Topology,
  { lastsMs, slowLinks, commands, faults }: Pick<ExplorationCase, 'lastsMs' | 'slowLinks' | 'commands' | 'faults'>,
): ExplorationCase {
  return {
    system,
    seed: options.seed,
    topology: topology.name,
    lastsMs,
    slowLinks,
    commands: inOrder(commands),
    faults: inOrder(faults),
    ...(options.safeguardOff === undefined ? {} : { safeguardOff: options.safeguardOff }),
    ...(options.planted === undefined ? {} : { planted: options.planted }),
  };
}

/** Those that may be drawn. */
export function topologiesOf(model: ExplorationModel, { topology }: DrawChoice): readonly Topology[] {
  return topology === undefined ? model.topologies : model.topologies.filter(({ name }) => name === topology);
}

export function inOrder<T extends { readonly at: Ms }>(items: readonly T[]): readonly T[] {
  return items.toSorted((a, b) => a.at - b.at);
}
