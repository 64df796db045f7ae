import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ExplorationModel } from '../../contract/index.ts';
import { Dealer } from './dealer.ts';
import { DirectedDealer } from './directed-dealer.ts';
import { unrun } from './testing.ts';

const names = ['a', 'b', 'c', 'd'];
const command = { weight: 1, writes: true, arguments: fc.record({}) };
const model: ExplorationModel = {
  system: 'toy',
  topologies: names.map((name) => ({
    name,
    weight: 1,
    needs: [],
    commands: ['take', 'give'],
    faults: [{ kind: 'kill', targets: [['x-1'], ['x-2'], ['y'], ['z']], lastsMs: { from: 1, to: 2 } }],
    links: [],
    invariants: [],
  })),
  commands: { take: command, give: command },
  clientsMax: 1,
  ...unrun,
};
const ROUND = 4;
const CHANGED = { loadedBy: new Set(['x']), stores: new Set(['z']) };

test('every other run is of the sweep, and the others meet each topology', async () => {
  const dealer = new Dealer(model, 1, undefined);
  const hands = await Promise.all(Array.from({ length: 8 }, (_, run) => dealer.deal(run)));
  expect(hands.map(({ strikes }) => strikes !== undefined)).toEqual([
    false,
    true,
    false,
    true,
    false,
    true,
    false,
    true,
  ]);
  expect(new Set(hands.filter(({ strikes }) => strikes === undefined).map(({ topology }) => topology))).toEqual(
    new Set(names),
  );
});

test('where nothing can be struck all runs are drawn', async () => {
  const dealer = new Dealer(model, 1, []);
  const hands = await Promise.all(Array.from({ length: 8 }, (_, run) => dealer.deal(run)));
  expect(hands.every(({ strikes }) => strikes === undefined)).toBe(true);
});

type Hands = readonly Awaited<ReturnType<DirectedDealer['deal']>>[];

/** Hands of so many runs, where `take` carries the changed code out in the topology `hot`. */
async function dealt(runs: number, hot: string, of: ExplorationModel = model): Promise<Hands> {
  const dealer = new DirectedDealer(of, 1, undefined, CHANGED);
  const hands: Hands[number][] = [];
  for (let run = 0; run < runs; run += 1) {
    const hand = await dealer.deal(run);
    hands.push(hand);
    dealer.done(run, { topology: hand.topology, touched: touchedIn(hand.topology, hot) });
  }
  return hands;
}

const touchedIn = (topology: string, hot: string) => ({
  take: { begun: 4, touched: topology === hot ? 4 : 0 },
  give: { begun: 4, touched: topology === hot ? 1 : 0 },
});

test('the first round does all commands in turn in each topology, and later ones come oftener to where the changed code is carried out', async () => {
  const hands = await dealt(ROUND * 8, 'c');
  const first = hands.slice(0, ROUND);
  expect(first.every(({ inTurn }) => inTurn === true)).toBe(true);
  expect(new Set(first.map(({ topology }) => topology))).toEqual(new Set(names));
  const drawn = hands.slice(ROUND).filter(({ strikes }) => strikes === undefined);
  expect(drawn.filter(({ topology }) => topology === 'c').length).toBeGreaterThan(drawn.length / 2);
  for (const name of names) expect(drawn.map(({ topology }) => topology)).toContain(name);
  for (const { favoured, inTurn } of hands.slice(ROUND)) expect([favoured, inTurn]).toEqual([['take'], undefined]);
});

/** All strikes, each with its topology. */
const struck = async (hot: string) =>
  (await dealt(ROUND * 8, hot)).flatMap(({ topology, strikes = [] }) =>
    strikes.map(({ siege, nth }) => ({ topology, command: siege.command, target: siege.targets[0], nth })),
  );

test('the changed code is struck where it is carried out and at what, in who loads it and in what it leaves half done', async () => {
  const all = await struck('c');
  expect(all.length).toBeGreaterThan(8);
  expect(new Set(all.map(({ topology }) => topology))).toEqual(new Set(['c']));
  // What others are doing then comes later.
  expect(all.findIndex(({ command: name }) => name === 'give')).toBeGreaterThan(0);
  expect(new Set(all.map(({ target }) => target))).toEqual(new Set(['x-2', 'z']));
});

test('faults of those lie in wait for the changed code, in every other run', async () => {
  const later = (await dealt(ROUND * 8, 'c')).slice(ROUND);
  const waiting = later.filter(({ lurking }) => lurking !== undefined);
  expect(waiting).toHaveLength(later.length / 2);
  expect(
    new Set(
      waiting.flatMap(({ lurking = [] }) => lurking.flatMap((each) => ('fault' in each ? each.fault.targets : []))),
    ),
  ).toEqual(new Set(['x-2', 'z']));
});

test('where nobody has seen it carried out, at all commands', async () => {
  const all = await struck('nowhere');
  expect(new Set(all.map(({ command: name }) => name))).toEqual(new Set(['take', 'give']));
  expect(new Set(all.map(({ target }) => target))).toEqual(new Set(['x-2', 'z']));
});

test('a round waits for the runs before it, in whatever order they end', async () => {
  const dealer = new DirectedDealer(model, 1, undefined, CHANGED);
  const first = await Promise.all(Array.from({ length: ROUND }, (_, run) => dealer.deal(run)));
  const next = dealer.deal(ROUND);
  const early = await Promise.race([next, new Promise((resolve) => setImmediate(resolve, 'waits'))]);
  expect(early).toBe('waits');
  for (const [run, { topology }] of [...first.entries()].toReversed())
    dealer.done(run, { topology, touched: touchedIn(topology, 'c') });
  expect(await next).toEqual((await dealt(ROUND + 1, 'c')).at(-1));
});

test('in a single topology runs wait for the first, and not for each other', async () => {
  const one = { ...model, topologies: model.topologies.slice(0, 1) };
  const dealer = new DirectedDealer(one, 1, undefined, CHANGED);
  expect(await dealer.deal(0)).toEqual({ topology: 'a', inTurn: true });
  dealer.done(0, { topology: 'a' });
  const hands = await Promise.all([1, 2, 3].map((run) => dealer.deal(run)));
  expect(hands.map(({ topology }) => topology)).toEqual(['a', 'a', 'a']);
});
