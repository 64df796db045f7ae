import type { Operation } from '../../../contract/index.ts';
import type { Call, Partition } from '../linearizability/model.ts';
import { Keyword, textOf } from '../values.ts';
import { Misread, required } from './history-model.ts';
import type { HistoryModel, Said } from './history-model.ts';

/** One read or write within a transaction. A read's value is null in an input; in an output it is what was seen. */
interface Micro {
  readonly f: 'r' | 'w';
  readonly key: string;
  readonly value: string | null;
}

type Registers = ReadonlyMap<string, string>;

/**
 * Several registers that one operation reads and writes at once, each at first nil. `txn` takes and answers `value`:
 * `[[:r :x 1] [:w :y 2]]` (also `:read`, `:write`), whose parts follow one another; `read` and `write` take maps: `{:x 1 :y 2}`.
 * A read of nothing (`[:r :x nil]` of an invocation) becomes what the answer has at its place.
 */
export const multiRegister: HistoryModel<Registers, readonly Micro[], readonly Micro[]> = {
  about: 'several registers in one operation: txn [[:r k v] [:w k v]], or read and write of a map',
  words: ['txn', 'read', 'write'],
  read: readTransaction,
  init: () => new Map(),
  step(state, input, output) {
    const after = new Map(state);
    for (const { f, key, value } of output ?? input) {
      if (f === 'w') after.set(key, value ?? 'nil');
      else if (output !== undefined && (after.get(key) ?? 'nil') !== value) return undefined;
    }
    return after;
  },
  observes: (input) => input.every(({ f }) => f === 'r'),
  equal: (a, b) => stateText(a) === stateText(b),
  hash: stateText,
  partition: connected,
  describe: {
    call: (input, output) =>
      (output ?? input).map(({ f, key, value }) => `${f} ${key} ${value ?? '?'}`).join(', ') || 'nothing',
    state: (state) => stateText(state) || 'nothing written',
  },
};

/** A register that holds nil is as one that was never written. */
function stateText(state: Registers): string {
  return [...state]
    .filter(([, value]) => value !== 'nil')
    .map(([key, value]) => `${key} ${value}`)
    .toSorted()
    .join(', ');
}

function readTransaction(operation: Operation): Said<readonly Micro[], readonly Micro[]> | undefined {
  const { name, outcome, input, result } = operation;
  if (outcome === 'fail') return undefined;
  const asked = name === 'read' && outcome === 'ok' ? [] : micros(name, input['value'] ?? []);
  if (outcome === 'info') return asked.every(({ f }) => f === 'r') ? undefined : { input: asked, output: undefined };
  const answer = micros(
    name,
    required(name === 'write' ? input : result, 'value', name === 'write' ? 'input' : 'result'),
  );
  const output = answer.map((micro) => ({ ...micro, value: micro.value ?? 'nil' }));
  return { input: output.map(({ f, key, value }) => ({ f, key, value: f === 'r' ? null : value })), output };
}

function micros(name: string, value: unknown): readonly Micro[] {
  if (name !== 'txn') {
    const members = value instanceof Map ? [...value] : isRecord(value) ? Object.entries(value) : undefined;
    if (members === undefined) {
      if (Array.isArray(value) && value.length === 0) return [];
      throw new Misread(`expected a map of registers as the value of ${name}, found ${textOf(value)}`);
    }
    const f = name === 'read' ? 'r' : 'w';
    return members.map(([key, each]) => ({ f, key: keyText(key), value: textOf(each) }));
  }
  if (!Array.isArray(value))
    throw new Misread(
      `expected a vector such as [[:r :x nil] [:w :y 2]] as the value of a txn, found ${textOf(value)}`,
    );
  return value.map((micro: unknown): Micro => {
    const [f, key, each] = Array.isArray(micro) ? (micro as readonly unknown[]) : [];
    const word = f instanceof Keyword ? f.name : f;
    const known = word === 'r' || word === 'read' ? 'r' : word === 'w' || word === 'write' ? 'w' : undefined;
    if (known === undefined || key === undefined)
      throw new Misread(`expected [:r key value] or [:w key value] in a txn, found ${textOf(micro)}`);
    return { f: known, key: keyText(key), value: each === null || each === undefined ? null : textOf(each) };
  });
}

/** `:x` in a vector of EDN and `x` as a key of JSON are one register. */
function keyText(key: unknown): string {
  return key instanceof Keyword ? key.name : typeof key === 'string' ? key : textOf(key);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Set);
}

/** Registers that some operation touches together have to be judged together, others not. */
function connected(
  calls: readonly Call<readonly Micro[], readonly Micro[]>[],
): readonly Partition<readonly Micro[], readonly Micro[]>[] {
  const leader = new Map<string, string>();
  const find = (key: string): string => {
    let at = key;
    for (let next = leader.get(at); next !== undefined && next !== at; next = leader.get(at)) at = next;
    return at;
  };
  for (const { input } of calls) for (const { key } of input) leader.set(find(key), find(input[0]?.key ?? key));
  const groups = Map.groupBy(calls, ({ input }) => find(input[0]?.key ?? ''));
  return [...groups.values()].map((own) => {
    const keys = [...new Set(own.flatMap(({ input }) => input.map(({ key }) => key)))].toSorted();
    return { label: keys.length === 1 ? `register ${keys[0]}` : `registers ${keys.join(', ')}`, calls: own };
  });
}
