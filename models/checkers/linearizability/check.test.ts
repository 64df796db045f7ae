import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { casRegister } from '../models/cas-register.ts';
import { kv } from '../models/kv.ts';
import { multiRegister } from '../models/multi-register.ts';
import { mutex } from '../models/mutex.ts';
import { numberingIdentifier } from '../models/numbering-identifier.ts';
import type { NumberingInput, NumberingOutput } from '../models/numbering-reading.ts';
import { queue } from '../models/queue.ts';
import { register } from '../models/register.ts';
import { set } from '../models/set.ts';
import { callsOf } from '../testing/arbitraries.ts';
import type { Done } from '../testing/arbitraries.ts';
import { bruteForce } from '../testing/oracle.ts';
import { checkLinearizability } from './check.ts';
import type { Call, Model } from './model.ts';

const LIMITS = { timeMs: 60_000, memoryBytes: 64_000_000 };
const clock = (): number => 0;
const value = fc.constantFrom('1', '2');
const key = fc.constantFrom('x', 'y');

const read = fc.record({
  input: fc.record({ f: fc.constant('read' as const), key }),
  output: fc.constantFrom('nil', '1', '2'),
});
const write = fc.record({
  input: fc.record({ f: fc.constant('write' as const), key, value }),
  output: fc.constant(null),
});
const cas = fc.record({
  input: fc.record({ f: fc.constant('cas' as const), key, from: value, to: value }),
  output: fc.boolean(),
});
const micros = fc.array(fc.record({ f: fc.constantFrom('r' as const, 'w' as const), key, value }), {
  minLength: 1,
  maxLength: 2,
});

describe.each([
  ['register', agrees(register, fc.oneof(read, write))],
  ['cas-register', agrees(casRegister, fc.oneof(read, write, cas))],
  [
    'multi-register',
    agrees(
      multiRegister,
      micros.map((output) => ({
        input: output.map((each) => (each.f === 'r' ? { ...each, value: null } : each)),
        output,
      })),
      true,
    ),
  ],
  [
    'kv',
    agrees(
      kv,
      fc.oneof(
        fc.record({
          input: fc.record({ f: fc.constantFrom('put' as const, 'append' as const), key, value }),
          output: fc.constant(null),
        }),
        fc.record({
          input: fc.record({ f: fc.constant('get' as const), key, value: fc.constant('') }),
          output: fc.constantFrom('', '1', '12', '21'),
        }),
      ),
    ),
  ],
  [
    'mutex',
    agrees(
      mutex,
      fc.record({
        input: fc.record({ f: fc.constantFrom('acquire' as const, 'release' as const), key }),
        output: fc.constant(true as const),
      }),
    ),
  ],
  [
    'queue',
    agrees(
      queue,
      fc.oneof(
        fc.record({
          input: fc.record({ f: fc.constant('enqueue' as const), key: fc.constant(''), value }),
          output: fc.constant(null),
        }),
        fc.record({
          input: fc.constant({ f: 'dequeue' as const, key: '', value: '' }),
          output: fc.constantFrom('nil', '1', '2'),
        }),
      ),
    ),
  ],
  [
    'set',
    agrees(
      set,
      fc.oneof(
        fc.record({
          input: fc.record({ f: fc.constant('add' as const), key: fc.constant(''), value }),
          output: fc.constant(null),
        }),
        fc.record({
          input: fc.constant({ f: 'read' as const, key: '', value: '' }),
          output: fc.constantFrom([], ['1'], ['2'], ['1', '2']),
        }),
      ),
    ),
  ],
  ['numbering-identifier', agrees(numberingIdentifier, numbering())],
])('%s', (_, assertProperty) => {
  test('agrees with every order tried', () => {
    assertProperty();
  });
});

test('a search ends as unknown when a limit is met, and says which', () => {
  const calls = Array.from(
    { length: 24 },
    (_, id): Call<{ f: 'enqueue' | 'dequeue'; key: string; value: string }, string | null> =>
      id < 23
        ? {
            id,
            process: String(id),
            input: { f: 'enqueue', key: '', value: String(id) },
            output: null,
            from: 0,
            to: 100,
          }
        : { id, process: String(id), input: { f: 'dequeue', key: '', value: '' }, output: 'never', from: 0, to: 100 },
  );
  const little = checkLinearizability(queue, calls, { timeMs: 60_000, memoryBytes: 4_000_000 }, clock);
  expect(little).toMatchObject({ verdict: 'unknown', why: 'memory' });
  expect(little.memoryBytes).toBeLessThan(8_000_000);
  let now = 0;
  const short = checkLinearizability(queue, calls, { timeMs: 10, memoryBytes: 1e9 }, () => (now += 1));
  expect(short).toMatchObject({ verdict: 'unknown', why: 'time' });
});

test('without a call there is nothing to say', () => {
  expect(checkLinearizability(register, [], LIMITS, clock)).toMatchObject({
    verdict: 'unknown',
    why: 'nothing',
    examined: 0,
  });
});

test('a partition beyond its limit does not hide an illegal one', () => {
  const many = Array.from({ length: 23 }, (_, id) => ({
    ...enqueued(id),
    input: { f: 'enqueue', key: 'a', value: String(id) } as const,
  }));
  const never = (id: number, of: string): Call<{ f: 'dequeue'; key: string; value: string }, string> => ({
    id,
    process: 'p',
    input: { f: 'dequeue', key: of, value: '' },
    output: 'never',
    from: 0,
    to: 100,
  });
  const calls = [...many, never(30, 'a'), never(31, 'b')];
  expect(checkLinearizability(queue, calls, { timeMs: 60_000, memoryBytes: 2_000_000 }, clock)).toMatchObject({
    verdict: 'illegal',
    at: { label: 'key b' },
  });
});

function enqueued(id: number): Call<never, null> {
  return { id, process: String(id), input: undefined as never, output: null, from: 0, to: 100 };
}

/** The search says what the definition says; an order that it gives is one, and a longest partial one is legal as far as it goes. */
function agrees<State, Input, Output>(
  model: Model<State, Input, Output>,
  done: fc.Arbitrary<Done<Input, Output>>,
  /** The oracle takes the history as one: the model's own states have all keys. */
  whole = false,
): () => void {
  const property = fc.property(callsOf(done), (calls) => {
    const result = checkLinearizability(model, calls, LIMITS, clock);
    const parts = whole ? [{ calls }] : (model.partition?.(calls) ?? [{ calls }]);
    const holds = parts.every((part) => bruteForce(model, part.calls));
    expect(result.verdict).toBe(holds ? (parts.length === 0 ? 'unknown' : 'ok') : 'illegal');
    if (result.verdict === 'illegal')
      for (const order of result.longest) expect(replays(model, result.at.calls, order)).toBe(true);
    if (result.verdict !== 'ok') return;
    for (const { calls: own, searched } of result.partitions) {
      if (searched?.verdict !== 'ok') throw new Error('a partition of an ok history has no order');
      expect(replays(model, own, searched.order)).toBe(true);
      const missing = own.filter(({ output }, place) => output !== undefined && !searched.order.includes(place));
      expect(missing).toEqual([]);
    }
  });
  return () => fc.assert(property, { seed: 6, numRuns: 1500 });
}

function replays<State, Input, Output>(
  model: Model<State, Input, Output>,
  calls: readonly Call<Input, Output>[],
  order: readonly number[],
): boolean {
  let state: State | undefined = model.init();
  for (const [i, place] of order.entries()) {
    const call = calls[place];
    if (call === undefined || state === undefined) return false;
    if (order.slice(i + 1).some((later) => (calls[later]?.to ?? 0) < call.from)) return false;
    state = model.step(state, call.input, call.output);
  }
  return state !== undefined;
}

function numbering(): fc.Arbitrary<Done<NumberingInput, NumberingOutput>> {
  const change = fc.record({
    f: fc.constantFrom(
      'reserve' as const,
      'assign' as const,
      'release-reservation' as const,
      'release' as const,
      'recall' as const,
      'reinstate' as const,
    ),
    tenant: fc.constantFrom('a', 'b'),
    subject: fc.constant('MSISDN:1'),
    of: fc.constantFrom(undefined, 'r1', 'l1'),
    ttlMs: fc.constantFrom(2, 5),
    from: fc.nat(8),
    to: fc.nat(8).map((at) => at + 8),
  });
  const output = fc.record({
    subject: fc.constant('MSISDN:1'),
    id: fc.constantFrom('r1', 'l1'),
    tenant: fc.constantFrom('a', 'b'),
    version: fc.constantFrom(undefined, 2, 3, 4, 5),
    at: fc.constant(undefined),
    quarantineUntil: fc.constant(undefined),
  });
  const general = fc.constantFrom({ f: 'step-clocks' as const }, { f: 'suspend' as const, tenant: 'a' });
  return fc.record({ input: fc.oneof({ weight: 8, arbitrary: change }, { weight: 1, arbitrary: general }), output });
}
