import fc from 'fast-check';
import type {
  Command,
  ExplorationCase,
  ExplorationModel,
  PlannedFault,
  SlowLink,
  Topology,
} from '../../contract/index.ts';
import { drawCase } from './draw.ts';
import type { DrawOptions } from './draw.ts';
import { linksOf } from './draw-faults.ts';
import { kindOf } from './draw-workload.ts';

/**
 * Cases as fast-check knows them. Drawing is `drawCase`; shrinking takes workload and faults together and needs no memory
 * of how a case was drawn, so that a case from a file shrinks as well. What comes first takes most away: all faults, a cheaper
 * deployment, halves of the commands, single ones; then arguments, which their own arbitraries shrink; instants last. A smaller value carries
 * its place on that way as its context: whoever goes on from it goes on there, and comes round to what lies before it at the end.
 */
export class CaseArbitrary extends fc.Arbitrary<ExplorationCase> {
  readonly #model: ExplorationModel;
  readonly #options: Omit<DrawOptions, 'seed'>;

  constructor(model: ExplorationModel, options: Omit<DrawOptions, 'seed'> = {}) {
    super();
    this.#model = model;
    this.#options = options;
  }

  override generate(mrng: fc.Random): fc.Value<ExplorationCase> {
    const seed = mrng.nextInt(0, 0x7fffffff);
    return new fc.Value(drawCase(this.#model, { ...this.#options, seed }), undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is ExplorationCase {
    return typeof value === 'object' && value !== null && 'commands' in value;
  }

  override shrink(value: ExplorationCase, context?: unknown): fc.Stream<fc.Value<ExplorationCase>> {
    const place = (context ?? START) as Place;
    return fc
      .stream(around(value, this.#model, place))
      .map((smaller) => new fc.Value(smaller.value, smaller.place satisfies Place));
  }
}

/** Where on the way a smaller value was met: the pass, and in those that take chunks out of a list which chunk. */
interface Place {
  readonly pass: number;
  readonly size: number;
  readonly from: number;
}

interface Smaller {
  readonly value: ExplorationCase;
  readonly place: Place;
}

const START: Place = { pass: 0, size: Infinity, from: 0 };

type Pass = (value: ExplorationCase, model: ExplorationModel, place: Place) => IterableIterator<Smaller>;

/** A pass whose values do not depend on those before. */
const plain = (values: (value: ExplorationCase, model: ExplorationModel) => Iterable<ExplorationCase>): Pass =>
  function* (value, model, place) {
    for (const other of values(value, model)) yield { value: other, place };
  };

/** A pass that takes chunks out of a list: halves first, single items last. It goes on with the size and at the place at which it was. */
const chunks = (member: 'commands' | 'faults' | 'slowLinks'): Pass =>
  function* (value, _model, { pass, size: begun, from: at }) {
    const items: readonly unknown[] = value[member];
    let from = at;
    for (
      let size = Math.min(begun, Math.ceil(items.length / 2));
      size >= 1;
      size = size === 1 ? 0 : Math.ceil(size / 2)
    ) {
      for (; from < items.length; from += size)
        yield { value: { ...value, [member]: items.toSpliced(from, size) }, place: { pass, size, from } };
      from = 0;
    }
  };

const PASSES: readonly Pass[] = [
  plain(function* (value) {
    if (value.faults.length > 0) yield { ...value, faults: [] };
    if (value.slowLinks.length > 0) yield { ...value, slowLinks: [] };
  }),
  plain(cheaperDeployments),
  chunks('commands'),
  chunks('faults'),
  chunks('slowLinks'),
  plain(withFewerClients),
  plain(function* (value) {
    const { commands, faults, lastsMs } = value;
    const end = Math.max(0, ...commands.map(({ at }) => at), ...faults.map(({ at, lastsMs: ms }) => at + ms));
    if (end < lastsMs) yield { ...value, lastsMs: end };
  }),
  plain(function* (value, model) {
    const { commands } = value;
    for (const [i, command] of commands.entries())
      for (const args of shrunkArguments(kindOf(model, command.name).arguments, command.arguments))
        yield { ...value, commands: commands.with(i, { ...command, arguments: args }) };
  }),
  plain(function* (value) {
    for (const [i, fault] of value.faults.entries())
      for (const other of gentler(fault)) yield { ...value, faults: value.faults.with(i, other) };
  }),
  plain(sooner),
];

/** All passes once, from a place on and round to it again. */
function* around(value: ExplorationCase, model: ExplorationModel, begun: Place): IterableIterator<Smaller> {
  for (let nth = 0; nth <= PASSES.length; nth += 1) {
    const pass = (begun.pass + nth) % PASSES.length;
    const place = nth === 0 ? begun : { ...START, pass };
    yield* PASSES[pass]?.(value, model, place) ?? [];
  }
}

/** The same where less is deployed: as it is, and without what is not known there. */
function* cheaperDeployments(value: ExplorationCase, model: ExplorationModel): IterableIterator<ExplorationCase> {
  const topology = model.topologies.find(({ name }) => name === value.topology);
  if (topology === undefined) return;
  const fewer = model.topologies
    .filter(({ needs }) => needs.length < topology.needs.length)
    .toSorted((a, b) => a.needs.length - b.needs.length);
  for (const other of fewer) {
    const commands = value.commands.filter(({ name }) => other.commands.includes(name));
    const faults = value.faults.filter((fault) => knowsFault(other, fault));
    const slowLinks = value.slowLinks.filter((link) => knowsLink(other, link));
    if (commands.length > 0) yield { ...value, topology: other.name, commands, faults, slowLinks };
  }
}

function knowsFault(topology: Topology, { kind, targets, onMessage }: PlannedFault): boolean {
  return (
    topology.faults.some((each) => each.kind === kind && each.targets.some((own) => same(own, targets))) &&
    (onMessage === undefined || knowsWay(topology, kind, [onMessage.from, onMessage.to]))
  );
}

/** Messages are sent there that way: the link of a fault's message may be another one than the fault's own. */
function knowsWay(topology: Topology, kind: string, ends: readonly string[]): boolean {
  return linksOf(topology, kind, ends).some((way) => same(way, ends));
}

function knowsLink(topology: Topology, { from, to }: SlowLink): boolean {
  return topology.links.some((link) => same(link, [from, to]));
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, i) => name === b[i]);

function* withFewerClients(value: ExplorationCase): IterableIterator<ExplorationCase> {
  const clients = [...new Set(value.commands.map(({ client }) => client))].toSorted((a, b) => a - b);
  const renumbered = clients.some((client, i) => client !== i);
  const map = (to: (client: number) => number): ExplorationCase => ({
    ...value,
    commands: value.commands.map((command): Command => ({ ...command, client: to(command.client) })),
  });
  if (renumbered) yield map((client) => clients.indexOf(client));
  for (const gone of clients.slice(1)) yield map((client) => (client === gone ? (clients[0] ?? 0) : client));
}

const ARGUMENT_TRIES = 4;

function* shrunkArguments(
  arbitrary: fc.Arbitrary<Command['arguments']>,
  value: Command['arguments'],
): IterableIterator<Command['arguments']> {
  if (!arbitrary.canShrinkWithoutContext(value)) return;
  for (const { value: other } of arbitrary.shrink(value, undefined).take(ARGUMENT_TRIES)) yield other;
}

function* gentler(fault: PlannedFault): IterableIterator<PlannedFault> {
  for (const lastsMs of [100, 1000, 5000, Math.floor(fault.lastsMs / 2)])
    if (lastsMs < fault.lastsMs) yield { ...fault, lastsMs };
  const { onMessage } = fault;
  if (onMessage === undefined) return;
  for (const nth of [1, Math.floor(onMessage.nth / 2), onMessage.nth - 1])
    if (nth >= 1 && nth < onMessage.nth) yield { ...fault, onMessage: { ...onMessage, nth } };
}

/** Everything after a gap comes earlier: all of it, or as far as a whole number of seconds or tenths. */
function* sooner(value: ExplorationCase): IterableIterator<ExplorationCase> {
  const instants = [...value.commands, ...value.faults].map(({ at }) => at).toSorted((a, b) => a - b);
  let before = 0;
  for (const at of instants) {
    for (const gap of [0, 100, 1000]) {
      const by = at - before - gap;
      if (by <= 0) continue;
      const move = <T extends { readonly at: number }>(item: T): T =>
        item.at >= at ? { ...item, at: item.at - by } : item;
      yield {
        ...value,
        commands: value.commands.map(move),
        faults: value.faults.map(move),
        lastsMs: Math.max(0, value.lastsMs - by),
      };
    }
    before = at;
  }
}
