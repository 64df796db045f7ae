import type { CaseFailure, ExplorationCase, Operation } from '../../contract/index.ts';

export interface Involvement {
  /** Indices of commands that called nobody: without them the run is the same. */
  readonly idle: readonly number[];
  /** By check, the commands whose calls speak of what its failure speaks of. */
  readonly concerned: Readonly<Record<string, readonly number[]>>;
}

const OPERATION = /operations? ((?:\d+(?:, | and )?)+)/g;

/**
 * Which commands a failure seems to be about: those whose operations it numbers or with which it shares a name (`ExplorationModel.namesOf`), and those that
 * share a name with these. A guess for who makes failures small, and nothing more.
 */
export function involvement(
  { commands }: Pick<ExplorationCase, 'commands'>,
  operations: readonly Operation[],
  makers: ReadonlyMap<number, number>,
  failures: readonly CaseFailure[],
  namesOf: (operation: Operation) => readonly string[],
): Involvement {
  const made = new Set(makers.values());
  const names = new Map(operations.map((operation) => [operation.id, namesOf(operation)]));
  const concerned = failures.map(({ check, what }): [string, readonly number[]] => {
    const numbered = new Set([...what.matchAll(OPERATION)].flatMap(([, ids = '']) => ids.split(/\D+/).map(Number)));
    const spoken = operations.filter(
      ({ id }) => numbered.has(id) || names.get(id)?.some((name) => what.includes(name)),
    );
    const shared = new Set(spoken.flatMap(({ id }) => names.get(id) ?? []));
    const all = operations.filter(({ id }) => numbered.has(id) || names.get(id)?.some((name) => shared.has(name)));
    const indices = new Set(all.flatMap(({ id }) => makers.get(id) ?? []));
    return [check, [...indices].toSorted((a, b) => a - b)];
  });
  return {
    idle: commands.flatMap((_, index) => (made.has(index) ? [] : [index])),
    concerned: Object.fromEntries(concerned),
  };
}
