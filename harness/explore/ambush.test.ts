import { expect, test } from 'vitest';
import type { Topology } from '../../contract/index.ts';
import { drawLurking, lieInWait } from './ambush.ts';
import type { Lurking } from './ambush.ts';
import { model } from './testing.ts';

const [first] = model.topologies as [Topology];
const toy: Topology = { ...first, links: [['a', 'd']] };
const drawn = (seed: number, weigh: (targets: readonly string[]) => number): readonly Lurking[] =>
  drawLurking(seed, model, toy, { kinds: undefined, weigh: ({ targets }) => weigh(targets) });

test('what lurks is of who weighs something, at once or with one of the next messages of its links', () => {
  const all = Array.from({ length: 20 }, (_, seed) => drawn(seed, ([name]) => (name === 'a' ? 4 : 0))).flat();
  expect(new Set(all.map(({ kind, targets }) => `${kind} ${targets.join()}`))).toEqual(new Set(['kill a']));
  expect(new Set(all.map(({ onMessage }) => onMessage?.nth ?? 0))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
  expect(new Set(all.flatMap(({ onMessage }) => (onMessage === undefined ? [] : [onMessage.from])))).toEqual(
    new Set(['a']),
  );
  expect(drawn(1, () => 0)).toEqual([]);
  expect(drawn(7, () => 1)).toEqual(drawn(7, () => 1));
});

test('each time that the code is carried out one fault begins, when the one before is over, and the schedule is told as one would draw it', async () => {
  const { lie, carryOut, pass, log } = waiting([fault(100), fault(200)]);
  await pass(1000);
  expect(log).toEqual([]);
  carryOut();
  await pass(50);
  carryOut();
  await pass(1950);
  expect(log).toEqual(['1000 begins', '1100 ends']);
  carryOut();
  await pass(2000);
  expect(log.slice(2)).toEqual(['3000 begins', '3200 ends']);
  expect((await lie).map(({ at, lastsMs }) => [Math.round(at), lastsMs])).toEqual([
    [1000, 100],
    [3000, 200],
  ]);
});

test('what has not come when the phase is over does not come any more', async () => {
  const { lie, carryOut, pass, end, log } = waiting([fault(100)]);
  await pass(10);
  end();
  expect(await lie).toEqual([]);
  carryOut();
  await pass(10);
  expect(log).toEqual([]);
});

const fault = (lastsMs: number): Lurking => ({ lastsMs, kind: 'kill', targets: ['a'], options: {} });

/** Lies in wait by a clock that a test moves. */
function waiting(lurking: readonly Lurking[]) {
  let now = 0;
  const sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();
  let hit = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const log: string[] = [];
  const clock = {
    speed: 1,
    now: () => now,
    sleep: (ms: number) => new Promise<void>((wake) => void sleepers.add({ at: now + ms, wake })),
  };
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const schedule = {
    begins: async () => void log.push(`${Math.round(now)} begins`),
    ends: () => void log.push(`${Math.round(now)} ends`),
  };
  const carriedOut = (): Promise<void> => {
    hit = Promise.withResolvers();
    return hit.promise;
  };
  return {
    lie: lieInWait(lurking, carriedOut, { clock }, schedule, over.promise),
    log,
    carryOut: () => hit.resolve(),
    end: () => over.resolve(),
    pass: async (ms: number) => {
      const until = now + ms;
      await settled();
      for (;;) {
        const next = [...sleepers].filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        sleepers.delete(next);
        now = next.at;
        next.wake();
        await settled();
      }
      now = until;
    },
  };
}
