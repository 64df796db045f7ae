import fc from 'fast-check';
import type { Command, ExplorationCase, ExplorationModel, PlannedFault, Topology } from '../../contract/index.ts';
import { drawCase } from './draw.ts';
import type { DrawOptions } from './draw.ts';
import { linksOf } from './draw-faults.ts';
import { kindOf } from './draw-workload.ts';

/**
 * Cases as fast-check knows them. Drawing is `drawCase`; shrinking takes workload and faults together and needs no memory
 * of how a case was drawn, so that a case from a file shrinks as well. What comes first takes most away: all faults, halves
 * of the commands, single ones; then whom and where; then arguments, which their own arbitraries shrink; instants last.
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

  override shrink(value: ExplorationCase): fc.Stream<fc.Value<ExplorationCase>> {
    return fc.stream(smaller(value, this.#model)).map((each) => new fc.Value(each, undefined));
  }
}

function* smaller(value: ExplorationCase, model: ExplorationModel): IterableIterator<ExplorationCase> {
  const { commands, faults, slowLinks } = value;
  if (faults.length > 1) yield { ...value, faults: [] };
  if (slowLinks.length > 0) yield { ...value, slowLinks: [] };
  for (const left of fewer(commands, commands.length)) yield { ...value, commands: left };
  for (const left of fewer(faults, faults.length)) yield { ...value, faults: left };
  for (const left of fewer(slowLinks, slowLinks.length)) yield { ...value, slowLinks: left };
  const topology = model.topologies.find(({ name }) => name === value.topology);
  if (topology !== undefined)
    for (const other of model.topologies)
      if (other.needs.length < topology.needs.length && holds(other, value)) yield { ...value, topology: other.name };
  yield* withFewerClients(value);
  const end = Math.max(0, ...commands.map(({ at }) => at), ...faults.map(({ at, lastsMs }) => at + lastsMs));
  if (end < value.lastsMs) yield { ...value, lastsMs: end };
  for (const [i, command] of commands.entries())
    for (const args of shrunkArguments(kindOf(model, command.name).arguments, command.arguments))
      yield { ...value, commands: commands.with(i, { ...command, arguments: args }) };
  for (const [i, fault] of faults.entries())
    for (const other of gentler(fault)) yield { ...value, faults: faults.with(i, other) };
  yield* sooner(value);
}

/** A list without a half, a quarter ... of it, down to one item. */
function* fewer<T>(items: readonly T[], size: number): IterableIterator<readonly T[]> {
  for (let chunk = Math.ceil(size / 2); chunk >= 1; chunk = chunk === 1 ? 0 : Math.ceil(chunk / 2))
    for (let from = 0; from < size; from += chunk) {
      const left = items.toSpliced(from, chunk);
      if (left.length < size) yield left;
    }
}

/** Whether a smaller deployment knows all that the case speaks of. */
function holds(topology: Topology, { commands, faults, slowLinks }: ExplorationCase): boolean {
  return (
    commands.every(({ name }) => topology.commands.includes(name)) &&
    faults.every(
      ({ kind, targets, onMessage }) =>
        topology.faults.some((each) => each.kind === kind && each.targets.some((own) => same(own, targets))) &&
        (onMessage === undefined ||
          linksOf(topology, targets).some((link) => same(link, [onMessage.from, onMessage.to]))),
    ) &&
    slowLinks.every(({ from, to }) => topology.links.some((link) => same(link, [from, to])))
  );
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
