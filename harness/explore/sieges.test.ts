import { expect, test } from 'vitest';
import type { ExplorationCase, Topology } from '../../contract/index.ts';
import { caseSeed, drawCase } from './draw.ts';
import { nameOf, siegesOf } from './sieges.ts';
import type { Siege } from './sieges.ts';
import { Sweep } from './sweep.ts';
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

const casesOf = (name: string, round: number): readonly ExplorationCase[] => {
  const siege = sieges.find((each) => nameOf(each) === name);
  if (siege === undefined) throw new Error(`no siege ${name}`);
  return Array.from({ length: 20 }, (_, n) => drawCase(model, { seed: caseSeed(1, n), siege: { siege, round } }));
};

test('a siege comes to each of the first messages of a change, and later ones when it is laid again', () => {
  const messagesOf = ({ faults }: ExplorationCase) => faults.map(({ onMessage }) => onMessage?.nth ?? 0);
  for (const drawn of casesOf('kill of a at take, by a -> d', 0))
    expect(messagesOf(drawn)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
  const again = casesOf('kill of a at take, by a -> d', 1).map(messagesOf);
  expect(Math.max(...again.flat())).toBeGreaterThan(24);
  for (const nths of again) expect(new Set(nths.slice(1).map((nth, n) => nth - (nths[n] ?? 0))).size).toBe(1);
});

test('a besieged command is about something of its own each time, and what hit the one before is over by then', () => {
  for (const { commands, faults } of casesOf('pause of c at give', 0)) {
    expect(faults).toHaveLength(12);
    for (const [n, fault] of faults.entries()) {
      const aims = commands.filter(({ at, name }) => at === fault.at && name === 'give');
      expect(APART).toContain(aims[0]?.arguments['slot']);
      expect(fault.at + fault.lastsMs).toBeLessThan(faults[n + 1]?.at ?? Infinity);
    }
  }
});

test('who sees to what comes due is besieged when it does', () => {
  for (const { commands, faults } of casesOf('pause of b when what take left is due, by b -> a', 0)) {
    expect(faults.length).toBeGreaterThan(2);
    for (const fault of faults)
      expect(commands.some(({ name, at }) => name === 'take' && at + DUE_MS === fault.at + 5)).toBe(true);
  }
});

test('a sweep lays each siege once before any is laid again, heavier ones sooner', () => {
  const heavy = { ...toy, faults: toy.faults.map((fault) => ({ ...fault, weight: fault.kind === 'kill' ? 900 : 1 })) };
  const sweep = new Sweep({ ...model, topologies: [heavy] }, { seed: 1, kinds: undefined });
  expect(sweep).toHaveLength(4);
  const laid = Array.from({ length: 8 }, (_, n) => sweep.at(n));
  for (const round of [0, 1]) {
    const own = laid.filter((each) => each?.round === round);
    expect(new Set(own.map((each) => each && nameOf(each.siege))).size).toBe(4);
    expect(own[0]?.siege.fault.kind).toBe('kill');
  }
});

test('what topologies have in common is swept once, by each seed in one that is drawn by their weights', () => {
  const two = { ...model, topologies: [toy, { ...toy, name: 'other', weight: 3 }] };
  const chosen = Array.from(
    { length: 40 },
    (_, seed) => new Sweep(two, { seed, kinds: undefined }).at(0)?.topology.name,
  );
  expect(new Sweep(two, { seed: 1, kinds: undefined })).toHaveLength(4);
  const others = chosen.filter((name) => name === 'other').length;
  expect(others).toBeGreaterThan(20);
  expect(others).toBeLessThan(40);
});

test('what weighs nothing is left out', () => {
  const weigh = (siege: Siege): number => (siege.command === 'take' ? 1 : 0);
  expect(new Sweep(model, { seed: 1, kinds: undefined, weigh })).toHaveLength(3);
  expect(new Sweep(model, { seed: 1, kinds: undefined, weigh: () => 0 }).at(0)).toBeUndefined();
});
