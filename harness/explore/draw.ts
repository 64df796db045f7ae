import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type {
  Command,
  DrawableFault,
  ExplorationCase,
  ExplorationModel,
  Ms,
  PlannedFault,
  SlowLink,
  Topology,
} from '../../contract/index.ts';

/** What the caller fixes; all else is drawn. */
export interface DrawOptions {
  readonly seed: number;
  /** Kinds of fault that may be drawn at all. Absent: all that the topology has. */
  readonly faults?: readonly string[];
  readonly topology?: string;
  readonly safeguardOff?: string;
  readonly planted?: string;
}

const COMMANDS = { min: 8, max: 60 } as const;
const LASTS_MS = { min: 20_000, max: 70_000 } as const;
/** How many faults a run has: mostly one to three. */
const FAULTS = [0, 1, 1, 1, 2, 2, 2, 3, 3, 4];
const SLOW_LINKS = [0, 0, 0, 1, 2];
const SLOW_MS = { min: 5, max: 400 } as const;
/** Commands of a burst come within this. */
const BURST_MS: Ms = 250;
/** A fault that is aimed at a command comes so shortly after it began ... */
const AIM_MS: readonly Ms[] = [12, 12, 40];
/** ... or with one of so many messages from there on: a change of an identifier is some ten statements. */
const MESSAGES = { min: 1, max: 14 } as const;

type Generator = ReturnType<ReturnType<typeof fc.gen>['generate']>['value'];

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
  const later = weighted(topologies);
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
  const { seed } = options;
  const [drawn] = fc.sample(
    fc.gen().map((g) => draw(g, model, options)),
    { seed, numRuns: 1 },
  );
  if (drawn === undefined) throw new Error('fast-check drew nothing');
  return drawn;
}

function draw(g: Generator, model: ExplorationModel, options: DrawOptions): ExplorationCase {
  const integer = (min: number, max: number): number => g(fc.integer, { min, max });
  const pick = <T>(from: readonly T[]): T => from[g(fc.nat, { max: from.length - 1 })] as T;
  const some = <T>(from: readonly T[]): readonly T[] => {
    const kept = from.filter(() => g(fc.boolean) || g(fc.boolean));
    return kept.length > 0 ? kept : from;
  };
  const topology = pick(weighted(topologiesOf(model, options)));
  const lastsMs = integer(LASTS_MS.min, LASTS_MS.max);
  const kinds = weighted(some(topology.commands).map((name) => ({ name, weight: kindOf(model, name).weight })));
  const clients = integer(1, model.clientsMax);
  const bursts = Array.from({ length: integer(0, 4) }, () => integer(0, lastsMs - BURST_MS));
  const instant = (): Ms =>
    bursts.length > 0 && g(fc.boolean) ? pick(bursts) + integer(0, BURST_MS) : integer(0, lastsMs);
  const commands = Array.from({ length: integer(COMMANDS.min, COMMANDS.max) }, (): Command => {
    const { name } = pick(kinds);
    return { at: instant(), client: integer(0, clients - 1), name, arguments: g(() => kindOf(model, name).arguments) };
  });
  const writes = commands.filter(({ name }) => kindOf(model, name).writes === true);
  const aims = writes.length > 0 ? writes : commands;
  const allowed = topology.faults.filter(({ kind }) => options.faults?.includes(kind) ?? true);
  const drawable = allowed.length === 0 ? [] : weighted(some(allowed));
  const faults = Array.from({ length: drawable.length === 0 ? 0 : pick(FAULTS) }, (): PlannedFault => {
    const chosen: DrawableFault = pick(drawable);
    const targets = pick(chosen.targets);
    const links = linksOf(topology, targets);
    const aim = integer(1, links.length === 0 ? 3 : 6);
    const message = (): Pick<PlannedFault, 'at' | 'onMessage'> => {
      const [from, to] = pick(links);
      return { at: pick(aims).at, onMessage: { from, to, nth: integer(MESSAGES.min, MESSAGES.max) } };
    };
    const instantly = (): Pick<PlannedFault, 'at'> => ({
      at: aim === 1 ? instant() : pick(aims).at + integer(0, pick(AIM_MS)),
    });
    return {
      ...(aim > 3 ? message() : instantly()),
      lastsMs: integer(chosen.lastsMs.from, chosen.lastsMs.to),
      kind: chosen.kind,
      targets,
      options: chosen.options === undefined ? {} : g(() => chosen.options as fc.Arbitrary<PlannedFault['options']>),
    };
  });
  const slowLinks = Array.from({ length: topology.links.length === 0 ? 0 : pick(SLOW_LINKS) }, (): SlowLink => {
    const [from, to] = pick(topology.links);
    const latencyMs = integer(SLOW_MS.min, SLOW_MS.max);
    return { from, to, latencyMs, jitterMs: integer(0, latencyMs) };
  });
  return {
    system: model.system,
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

/** Both directions of the links whose messages may say when a fault comes: of the link that it is about, else of each that a target is an end of. */
export function linksOf(topology: Topology, targets: readonly string[]): readonly (readonly [string, string])[] {
  const known = topology.faults.flatMap(({ kind, targets: own }) => (kind.startsWith('network.') ? own : []));
  const pairs = [...topology.links, ...known];
  const own = pairs.filter((ends) => ends.every((end) => targets.includes(end)));
  const near = own.length > 0 ? own : pairs.filter((ends) => ends.some((end) => targets.includes(end)));
  const ways = near.flatMap(([from = '', to = '']) => [[from, to] as const, [to, from] as const]);
  return [...new Map(ways.map((way) => [way.join(' -> '), way])).values()];
}

function topologiesOf(model: ExplorationModel, { topology }: DrawOptions): readonly Topology[] {
  return topology === undefined ? model.topologies : model.topologies.filter(({ name }) => name === topology);
}

/** What a command's name stands for. @throws where the model does not know it */
export function kindOf(model: ExplorationModel, name: string): ExplorationModel['commands'][string] {
  const kind = model.commands[name];
  if (kind === undefined)
    throw new Error(
      `no command ${name} in the exploration of ${model.system}: it has ${Object.keys(model.commands).join(', ')}`,
    );
  return kind;
}

/** Each as often as it weighs. */
function weighted<T extends { readonly weight?: number }>(items: readonly T[]): readonly T[] {
  return items.flatMap((item) => Array.from({ length: item.weight ?? 1 }, () => item));
}

function inOrder<T extends { readonly at: Ms }>(items: readonly T[]): readonly T[] {
  return items.toSorted((a, b) => a.at - b.at);
}
