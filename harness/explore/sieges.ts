import fc from 'fast-check';
import type { DrawableFault, ExplorationModel, Topology } from '../../contract/index.ts';
import { linksOf } from './draw-faults.ts';
import { kindOf } from './draw-workload.ts';
import { stemOf } from './replicas.ts';

/** One fault at one kind of command, by the messages of one link: with the first, the second and so on it breaks a change off at each of its steps. */
export interface Siege {
  readonly fault: DrawableFault;
  readonly targets: readonly string[];
  readonly command: string;
  /** It comes when it is seen to what comes due by the command, and not when the command is given. */
  readonly due: boolean;
  /** With whose messages it comes. Absent: with nobody's. */
  readonly link?: readonly [from: string, to: string];
}

/** Replicas are one component: messages are counted for each of them (`NthMessage.ofAny`). */
const stems = (instances: readonly string[]): string => instances.map(stemOf).join(' -> ');

/** What a siege is called, in whatever topology: `process.kill of redis at assign, by redis -> numbering-service`. */
export function nameOf({ fault, targets, command, due, link }: Siege): string {
  const when = due ? `when what ${command} left is due` : `at ${command}`;
  return `${fault.kind} of ${stems(targets)} ${when}${link === undefined ? '' : `, by ${stems(link)}`}`;
}

/** Every siege that there can be in a topology, each once. */
export function siegesOf(
  model: ExplorationModel,
  topology: Topology,
  kinds: readonly string[] | undefined,
): readonly Siege[] {
  const writes = topology.commands.filter((name) => kindOf(model, name).writes === true);
  const dues = new Map(writes.map((name) => [name, seenTo(model, name)]));
  const onlyDue = (instance: string): boolean =>
    [...dues.values()].some((instances) => instances.includes(instance)) && ownOf([instance]).length === 0;
  const all = topology.faults
    .filter(({ kind }) => kinds?.includes(kind) ?? true)
    .flatMap((fault) => fault.targets.flatMap((targets) => [...ofDues(fault, targets), ...ofCommands(fault, targets)]));
  return [...new Map(all.map((siege) => [nameOf(siege), siege])).values()];

  /** Commands that one of the targets carries out. */
  function ownOf(targets: readonly string[]): readonly string[] {
    return writes.filter((name) => kindOf(model, name).carriedOutBy?.some((each) => targets.includes(each)) === true);
  }

  function ofDues(fault: DrawableFault, targets: readonly string[]): readonly Siege[] {
    return writes
      .filter((name) => targets.some((target) => dues.get(name)?.includes(target) === true))
      .flatMap((command) => withLinks({ fault, targets, command, due: true }, () => true));
  }

  /** Of what the targets carry out themselves; where that is nothing, of all. */
  function ofCommands(fault: DrawableFault, targets: readonly string[]): readonly Siege[] {
    if (targets.some(onlyDue)) return [];
    const own = ownOf(targets);
    const commands = own.length > 0 ? own : writes;
    return commands.flatMap((command) => withLinks({ fault, targets, command, due: false }, (end) => !onlyDue(end)));
  }

  /** What a component says itself is what it has done so far; what it is told it has not done yet. */
  function withLinks(siege: Siege, counts: (end: string) => boolean): readonly Siege[] {
    const { fault, targets } = siege;
    const links = linksOf(topology, fault.kind, targets).filter((ends) => ends.every(counts));
    const said = links.filter(([from]) => targets.includes(from));
    if (links.length === 0) return [siege];
    return (said.length > 0 ? said : links).map((link) => ({ ...siege, link }));
  }
}

/** Who sees to what comes due by a command, whatever its arguments. */
function seenTo(model: ExplorationModel, name: string): readonly string[] {
  const { due, arguments: args } = kindOf(model, name);
  if (due === undefined) return [];
  return fc
    .sample(args, { seed: 0, numRuns: 1 })
    .flatMap((each) => due(each))
    .flatMap(({ carriedOutBy = [] }) => carriedOutBy);
}
