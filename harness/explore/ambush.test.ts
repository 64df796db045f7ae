import { expect, test } from 'vitest';
import type { Topology } from '../../contract/index.ts';
import { lieInWait } from './ambush.ts';
import type { Lurking } from './ambush.ts';
import { drawLurking } from './draw-lurking.ts';
import { model } from './testing.ts';

const [first] = model.topologies as [Topology];
const toy: Topology = { ...first, links: [['a', 'd']] };
const drawn = (seed: number, weigh: (targets: readonly string[]) => number): readonly Lurking[] =>
  drawLurking(seed, model, toy, { kinds: undefined, weigh: ({ targets }) => weigh(targets), favoured: ['give'] });
const faultsOf = (all: readonly Lurking[]) => all.flatMap((each) => ('fault' in each ? [each.fault] : []));
const companyOf = (all: readonly Lurking[]) => all.flatMap((each) => ('company' in each ? each.company : []));

test('what lurks is of who weighs something, at once or with one of the next messages of its links', () => {
  const all = faultsOf(Array.from({ length: 20 }, (_, seed) => drawn(seed, ([name]) => (name === 'a' ? 4 : 0))).flat());
  expect(new Set(all.map(({ kind, targets }) => `${kind} ${targets.join()}`))).toEqual(new Set(['kill a']));
  expect(new Set(all.map(({ onMessage }) => onMessage?.nth ?? 0))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
  expect(new Set(all.flatMap(({ onMessage }) => (onMessage === undefined ? [] : [onMessage.from])))).toEqual(
    new Set(['a']),
  );
  expect(faultsOf(drawn(1, () => 0))).toEqual([]);
  const silent = { kinds: undefined, weigh: () => 0, favoured: [] };
  expect(drawLurking(1, model, { ...toy, commands: ['show'] }, silent)).toEqual([]);
  expect(drawn(7, () => 1)).toEqual(drawn(7, () => 1));
});

test('calls lurk too, of all commands, and of those that carry the changed code out more often', () => {
  const all = companyOf(Array.from({ length: 40 }, (_, seed) => drawn(seed, () => 1)).flat());
  expect(new Set(all.map(({ name }) => name))).toEqual(new Set(['take', 'give', 'again']));
  const times = (wanted: string): number => all.filter(({ name }) => name === wanted).length;
  expect(times('give')).toBeGreaterThan(times('take') * 2);
  expect(all.some(({ client }) => client === undefined)).toBe(true);
  expect(all.some(({ client }) => client !== undefined)).toBe(true);
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
  expect((await lie).faults.map(({ at, lastsMs }) => [Math.round(at), lastsMs])).toEqual([
    [1000, 100],
    [3000, 200],
  ]);
});

test('what has not come when the phase is over does not come any more', async () => {
  const { lie, carryOut, pass, end, log } = waiting([fault(100)]);
  await pass(10);
  end();
  expect(await lie).toEqual({ faults: [], commands: [] });
  carryOut();
  await pass(10);
  expect(log).toEqual([]);
});

test('company comes at its instants, by the client who was there or by another, and then the next one may come', async () => {
  const { lie, carryOut, pass, end, log } = waiting([
    {
      company: [
        { after: 40, name: 'give', arguments: {}, client: 1 },
        { after: 2, name: 'take', arguments: {} },
      ],
    },
    fault(100),
  ]);
  await pass(1000);
  carryOut();
  await pass(1000);
  expect(log).toEqual(['1002 take by 9', '1040 give by 1']);
  carryOut();
  await pass(1000);
  end();
  const { faults, commands } = await lie;
  expect(faults.map(({ at }) => Math.round(at))).toEqual([2000]);
  expect(commands.map(({ at, name, client }) => [Math.round(at), name, client])).toEqual([
    [1002, 'take', 9],
    [1040, 'give', 1],
  ]);
});

const fault = (lastsMs: number): Lurking => ({ fault: { lastsMs, kind: 'kill', targets: ['a'], options: {} } });

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
    lie: lieInWait(lurking, {
      carriedOut,
      clock,
      schedule,
      join: ({ name, client = 9, arguments: own }, at) => ({ at, client, name, arguments: own }),
      perform: ({ name, client }) => void log.push(`${Math.round(now)} ${name} by ${client}`),
      over: over.promise,
    }),
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
