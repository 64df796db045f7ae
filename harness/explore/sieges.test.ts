import { expect, test } from 'vitest';
import type { ExplorationCase, Topology } from '../../contract/index.ts';
import { caseSeed, drawCase } from './draw.ts';
import { nameOf, siegesOf } from './sieges.ts';
import type { Siege } from './sieges.ts';
import { STRIKES_MAX, Sweep, strikeName } from './sweep.ts';
import type { Strike } from './sweep.ts';
import { APART, DUE_MS, model } from './testing.ts';

const [first] = model.topologies as [Topology];
const links: Topology['links'] = [
  ['a', 'b'],
  ['a', 'd'],
];
const toy: Topology = { ...first, links };
const sieges = siegesOf(model, toy, undefined);

test('there is a siege for each fault of a component, each command that it has to do with, and each link on which it speaks', () => {
  expect(sieges.map(nameOf)).toEqual([
    'kill of a at take, by a -> d',
    'pause of c at take',
    'pause of c at give',
    'pause of b when what take left is due, by b -> a',
  ]);
  expect(siegesOf(model, toy, ['kill']).map(nameOf)).toEqual(['kill of a at take, by a -> d']);
});

test('who carries out no command is besieged at all, and not over links with who only sees to what comes due', () => {
  const faults: Topology['faults'] = [{ kind: 'kill', targets: [['d']], lastsMs: { from: 1, to: 2 } }];
  expect(siegesOf(model, { ...toy, links: [...links, ['b', 'd']], faults }, undefined).map(nameOf)).toEqual([
    'kill of d at take, by d -> a',
    'kill of d at give, by d -> a',
  ]);
});

const siegeOf = (name: string): Siege => {
  const siege = sieges.find((each) => nameOf(each) === name);
  if (siege === undefined) throw new Error(`no siege ${name}`);
  return siege;
};
const casesOf = (...strikes: readonly Strike[]): readonly ExplorationCase[] =>
  Array.from({ length: 20 }, (_, n) => drawCase(model, { seed: caseSeed(1, n), strikes }));
const kill = siegeOf('kill of a at take, by a -> d');

test('each strike of an assault comes with its own message', () => {
  for (const { faults } of casesOf({ siege: kill, nth: 3 }, { siege: kill, nth: 1 })) {
    expect(faults.map(({ kind, targets, onMessage }) => ({ kind, targets, onMessage }))).toEqual(
      [3, 1].map((nth) => ({ kind: 'kill', targets: ['a'], onMessage: { from: 'a', to: 'd', nth, ofAny: true } })),
    );
  }
});

test('a command that is struck is about something of its own each time, and what hit the one before is over by then', () => {
  const siege = siegeOf('pause of c at give');
  for (const { commands, faults } of casesOf(...Array.from({ length: 12 }, () => ({ siege, nth: 1 })))) {
    expect(faults).toHaveLength(12);
    for (const [n, fault] of faults.entries()) {
      const aims = commands.filter(({ at, name }) => at === fault.at && name === 'give');
      expect(APART).toContain(aims[0]?.arguments['slot']);
      expect(fault.at + fault.lastsMs).toBeLessThan(faults[n + 1]?.at ?? Infinity);
    }
  }
});

test('who sees to what comes due is struck when it does', () => {
  const siege = siegeOf('pause of b when what take left is due, by b -> a');
  const strikes = Array.from({ length: 12 }, (_, n) => ({ siege, nth: n + 1 }));
  for (const { commands, faults } of casesOf(...strikes)) {
    expect(faults.length).toBeGreaterThan(2);
    for (const fault of faults)
      expect(commands.some(({ name, at }) => name === 'take' && at + DUE_MS === fault.at + 5)).toBe(true);
  }
});

/** Two sieges by a link have 12 strikes each, the others one. */
const ALL = 26;
const sweepOf = (seed: number, weigh?: (strike: Strike) => number, ...topologies: readonly Topology[]): Sweep =>
  new Sweep(
    { ...model, topologies: topologies.length === 0 ? [toy] : topologies },
    { seed, kinds: undefined, ...(weigh === undefined ? {} : { weigh }) },
  );

test('a sweep has each strike once before any comes again, in assaults at one kind of command', () => {
  const sweep = sweepOf(1);
  expect(sweep).toHaveLength(ALL);
  const seen: string[][] = [[], []];
  for (let n = 0; seen.some((each) => each.length < ALL); n += 1) {
    const strikes = sweep.at(n)?.strikes ?? [];
    expect(strikes.length).toBeGreaterThan(0);
    expect(strikes.length).toBeLessThanOrEqual(STRIKES_MAX);
    expect(new Set(strikes.map(({ siege: { command, due } }) => `${command} ${due}`)).size).toBe(1);
    seen[(seen[0]?.length ?? 0) < ALL ? 0 : 1]?.push(...strikes.map(strikeName));
  }
  for (const round of seen) expect(new Set(round).size).toBe(ALL);
});

test('what weighs more comes sooner, and what weighs nothing does not', () => {
  const last = sweepOf(1, ({ nth }) => (nth === 12 ? 1_000_000 : 1));
  expect(last.at(0)?.strikes[0]?.nth).toBe(12);
  expect(sweepOf(1, ({ siege: { command } }) => (command === 'give' ? 1 : 0)).at(5)).toMatchObject({
    strikes: [{ siege: { command: 'give' } }],
  });
  expect(sweepOf(1, () => 0).at(0)).toBeUndefined();
});

test('what topologies have in common is swept once, by each seed in one that is drawn by their weights', () => {
  const two = (seed: number): Sweep => sweepOf(seed, undefined, toy, { ...toy, name: 'other', weight: 3 });
  const chosen = Array.from({ length: 40 }, (_, seed) => two(seed).at(0)?.topology.name);
  expect(two(1)).toHaveLength(ALL);
  const others = chosen.filter((name) => name === 'other').length;
  expect(others).toBeGreaterThan(20);
  expect(others).toBeLessThan(40);
});
