import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Operation } from '../../contract/index.ts';
import {
  atMostOnce,
  bank,
  boundedStaleness,
  counter,
  exactlyOnce,
  monotonicVersions,
  noDuplicate,
  noLoss,
  orderPerKey,
  setVisibility,
  uniqueHolder,
} from './index.ts';
import type { Checked } from './index.ts';
import { histories, history } from './testing/operations.ts';

const outcome = fc.constantFrom<Operation['outcome'][]>('ok', 'ok', 'fail', 'info');
const key = fc.constantFrom('k', 'l');
const small = fc.integer({ min: 1, max: 2 });
const message = fc.record({ key, value: small });
const messages = fc.oneof(
  fc.record({ name: fc.constant('publish'), input: message, outcome }),
  fc.record({ name: fc.constant('consume'), result: message, outcome }),
);
const versions = fc.record({
  name: fc.constantFrom('write', 'read'),
  input: fc.record({ key }),
  result: fc.record({ version: small }),
  outcome,
});
const locks = fc.record({
  name: fc.constantFrom('acquire', 'release'),
  input: fc.oneof(fc.record({ key }), fc.record({ key, ttlMs: small })),
  outcome,
});
const effects = fc.oneof(
  fc.record({ name: fc.constant('request'), input: fc.record({ key }), outcome }),
  fc.record({ name: fc.constant('effect'), input: fc.record({ key }) }),
);
const counts = fc.oneof(
  fc.record({ name: fc.constant('add'), input: fc.record({ value: fc.constantFrom(1, -1) }), outcome }),
  fc.record({ name: fc.constant('read'), result: fc.record({ value: fc.integer({ min: -2, max: 2 }) }) }),
);
const sets = fc.oneof(
  fc.record({ name: fc.constant('add'), input: fc.record({ value: small }), outcome }),
  fc.record({ name: fc.constant('read'), result: fc.record({ value: fc.uniqueArray(small) }) }),
);

test('no loss: some choice of what the lost consumptions took leaves nothing out', () => {
  agrees(messages, noLoss, (all) => {
    const lost = all.filter(({ name, outcome: came }) => name === 'consume' && came === 'info').length;
    const wanted = new Set(oks(all, 'publish').map(({ input }) => text(input)));
    const missing = [...wanted].filter((each) => !oks(all, 'consume').some(({ result }) => text(result) === each));
    return missing.length === 0 || (missing.length <= lost && 'unknown');
  });
});

test('no duplicate: each consumption has a publish of its own', () => {
  agrees(messages, noDuplicate, (all) => {
    const left = all
      .filter((each) => each.name === 'publish' && each.outcome !== 'fail')
      .map(({ input }) => text(input));
    return oks(all, 'consume').every(({ result }) => {
      const found = left.indexOf(text(result));
      if (found >= 0) left.splice(found, 1);
      return found >= 0;
    });
  });
});

test('order per key: no pair is overtaken', () => {
  agrees(messages, orderPerKey, (all) => {
    const once = oks(all, 'publish').filter(
      ({ input }) =>
        all.filter((other) => other.name === 'publish' && other.outcome !== 'fail' && text(other.input) === text(input))
          .length === 1,
    );
    const taken = ({ input }: Operation): Operation | undefined =>
      oks(all, 'consume')
        .filter(({ result }) => text(result) === text(input))
        .toSorted((a, b) => end(a) - end(b))[0];
    return pairs(once).every(([a, b]) => {
      const [first, second] = [taken(a), taken(b)];
      if (a.input['key'] !== b.input['key'] || end(a) >= b.invokedAt || first === undefined || second === undefined)
        return true;
      return end(second) >= first.invokedAt;
    });
  });
});

test('unique holder: no two certain holds overlap', () => {
  agrees(locks, uniqueHolder, (all) => {
    const holds = oks(all, 'acquire').map((by) => {
      const { ttlMs } = by.input as { ttlMs?: number };
      const ends = all
        .filter(
          (each) => each.name === 'release' && each.process === by.process && each.input['key'] === by.input['key'],
        )
        .map(({ invokedAt }) => invokedAt)
        .filter((at) => at >= end(by));
      return { by, from: end(by), to: Math.min(by.invokedAt + (ttlMs ?? Infinity), ...ends) };
    });
    return pairs(holds).every(
      ([a, b]) =>
        a.by.process === b.by.process ||
        a.by.input['key'] !== b.by.input['key'] ||
        Math.max(a.from, b.from) >= Math.min(a.to, b.to),
    );
  });
});

test('bounded staleness: no read misses a write that is older than the bound', () => {
  const boundMs = 2;
  agrees(
    versions,
    (all) => boundedStaleness(all, { boundMs }),
    (all) =>
      oks(all, 'read').every((read) =>
        oks(all, 'write').every(
          (write) =>
            write.input['key'] !== read.input['key'] ||
            end(write) + boundMs > read.invokedAt ||
            Number(write.result?.['version']) <= Number(read.result?.['version']),
        ),
      ),
  );
});

test('monotonic versions: no process goes back', () => {
  agrees(versions, monotonicVersions, (all) =>
    pairs(oks(all, 'read')).every(
      ([a, b]) =>
        a.process !== b.process ||
        a.input['key'] !== b.input['key'] ||
        end(a) >= b.invokedAt ||
        Number(a.result?.['version']) <= Number(b.result?.['version']),
    ),
  );
});

test('at most and exactly once: some outcome of the requests in doubt gives these effects', () => {
  const effectsOf = (all: readonly Operation[], of: string): number =>
    oks(all, 'effect').filter(({ input }) => input['key'] === of).length;
  agrees(effects, atMostOnce, (all) => ['k', 'l'].every((of) => effectsOf(all, of) <= 1));
  agrees(effects, exactlyOnce, (all) =>
    ['k', 'l'].every((of) => {
      const own = all.filter(({ name, input }) => name === 'request' && input['key'] === of);
      return choices(own.filter((each) => each.outcome === 'info')).some((happened) => {
        const any = happened.length > 0 || own.some((each) => each.outcome === 'ok');
        return effectsOf(all, of) === (any ? 1 : 0);
      });
    }),
  );
});

test('counter: some choice of the adds in doubt gives each value that was read', () => {
  agrees(counts, counter, (all) =>
    oks(all, 'read').every((read) => {
      const adds = all.filter(({ name, outcome: came }) => name === 'add' && came !== 'fail');
      const sure = adds.filter((add) => add.outcome === 'ok' && end(add) < read.invokedAt);
      const doubtful = adds.filter((add) => !sure.includes(add) && add.invokedAt <= end(read));
      const sum = (of: readonly Operation[]): number =>
        of.reduce((total, { input }) => total + Number(input['value']), 0);
      return choices(doubtful).some((chosen) => sum(sure) + sum(chosen) === read.result?.['value']);
    }),
  );
});

test('set: every read has what it must have, and nothing that it cannot', () => {
  const latencyMs = 2;
  agrees(
    sets,
    (all) => setVisibility(all, { latencyMs }),
    (all) =>
      oks(all, 'read').every((read) => {
        const seen = read.result?.['value'] as readonly number[];
        const adds = all.filter(({ name, outcome: came }) => name === 'add' && came !== 'fail');
        const must = adds.filter((add) => add.outcome === 'ok' && end(add) + latencyMs < read.invokedAt);
        const can = adds.filter((add) => add.invokedAt <= end(read)).map(({ input }) => input['value']);
        return (
          must.every(({ input }) => seen.includes(Number(input['value']))) && seen.every((each) => can.includes(each))
        );
      }),
  );
});

test('bank: what any transfers leave is accepted, and with one amount changed it is not', () => {
  const transfers = fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(9)));
  const property = fc.property(transfers, fc.integer({ min: -5, max: 5 }), (moves, change) => {
    const balances = [10, 10, 10];
    for (const [from, to, amount] of moves) {
      if ((balances[from] as number) < amount) continue;
      balances[from] = (balances[from] as number) - amount;
      balances[to] = (balances[to] as number) + amount;
    }
    balances[0] = (balances[0] as number) + change;
    const result = bank(history({ name: 'read', result: { balances: Object.fromEntries(balances.entries()) } }), {
      total: 30,
    });
    expect(result.verdict).toBe(change === 0 ? 'ok' : 'illegal');
  });
  fc.assert(property, { seed: 6, numRuns: 300 });
});

/** The checker is illegal exactly when the oracle says so; it may be unknown of nothing, or where the oracle says that it has to. */
function agrees(
  part: Parameters<typeof histories>[0],
  checker: (operations: readonly Operation[]) => Checked,
  oracle: (operations: readonly Operation[]) => boolean | 'unknown',
): void {
  const property = fc.property(histories(part), (all) => {
    const { verdict, examined } = checker(all);
    const holds = oracle(all);
    const expected = holds === true ? (examined === 0 ? 'unknown' : 'ok') : holds === 'unknown' ? 'unknown' : 'illegal';
    expect(verdict).toBe(expected);
  });
  fc.assert(property, { seed: 6, numRuns: 2000 });
}

function oks(all: readonly Operation[], name: string): readonly Operation[] {
  return all.filter((each) => each.name === name && each.outcome === 'ok');
}

function end({ completedAt = Infinity }: Operation): number {
  return completedAt;
}

function text(of: Operation['result']): string {
  return `${String(of?.['key'])} ${String(of?.['value'])}`;
}

/** Every ordered pair of different members. */
function pairs<T>(all: readonly T[]): readonly (readonly [T, T])[] {
  return all.flatMap((a, i) => all.filter((_, j) => j !== i).map((b) => [a, b] as const));
}

function choices<T>(all: readonly T[]): readonly (readonly T[])[] {
  return all.reduce<readonly (readonly T[])[]>(
    (some, each) => [...some, ...some.map((chosen) => [...chosen, each])],
    [[]],
  );
}
