import { expect, test } from 'vitest';
import { wavesByAggregate, wavesOfWorkers } from './waves.ts';

const event = (aggregate: string, version: number) => ({ id: `${aggregate}${version}`, aggregate, version });
const ids = (waves: readonly (readonly { id: string }[])[]) => waves.map((wave) => wave.map(({ id }) => id));

test('events of one aggregate are in different waves, in the order of their versions', () => {
  const events = [event('a', 1), event('b', 4), event('a', 2), event('c', 1), event('a', 3), event('b', 5)];
  expect(ids(wavesByAggregate(events))).toEqual([['a1', 'b4', 'c1'], ['a2', 'b5'], ['a3']]);
});

test('divided among workers a later version may overtake an earlier one', () => {
  const events = Array.from({ length: 8 }, (_, i) => event('a', i));
  expect(ids(wavesOfWorkers(events))).toEqual([
    ['a0', 'a2', 'a4', 'a6'],
    ['a1', 'a3', 'a5', 'a7'],
  ]);
});

test('nothing is lost, and nothing doubled', () => {
  for (const length of [0, 1, 3, 5, 9]) {
    const events = Array.from({ length }, (_, i) => event('abc'.charAt(i % 3), i));
    for (const waves of [wavesByAggregate(events), wavesOfWorkers(events)])
      expect(waves.flat().toSorted((a, b) => a.version - b.version)).toEqual(events);
  }
});
