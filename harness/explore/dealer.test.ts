import { expect, test } from 'vitest';
import type { ExplorationModel } from '../../contract/index.ts';
import { Dealer } from './dealer.ts';

const names = ['a', 'b', 'c', 'd'];
const model = { topologies: names.map((name) => ({ name, weight: 1 })) } as unknown as ExplorationModel;
const ROUND = 4;

/** Topologies of so many runs, of which those on `hot` carry the changed code out. */
async function dealt(runs: number, hot: string): Promise<readonly string[]> {
  const dealer = new Dealer(model, 1);
  const topologies: string[] = [];
  for (let run = 0; run < runs; run += 1) {
    const { topology, watched } = await dealer.deal(run);
    topologies.push(topology);
    dealer.done(run, { topology, ...(watched ? { touched: topology === hot } : {}) });
  }
  return topologies;
}

test('the first round meets each topology as often, and later ones those more that carry the changed code out', async () => {
  const topologies = await dealt(ROUND * 6, 'c');
  for (const name of names) expect(topologies.slice(0, ROUND).filter((each) => each === name)).toHaveLength(1);
  const later = topologies.slice(ROUND);
  expect(later.filter((each) => each === 'c').length).toBeGreaterThan(later.length / 2);
  for (const name of names) expect(later).toContain(name);
});

test('a round waits for the runs before it, in whatever order they end', async () => {
  const dealer = new Dealer(model, 1);
  const first = await Promise.all(Array.from({ length: ROUND }, (_, run) => dealer.deal(run)));
  const next = dealer.deal(ROUND);
  const early = await Promise.race([next, new Promise((resolve) => setImmediate(resolve, 'waits'))]);
  expect(early).toBe('waits');
  for (const [run, { topology }] of [...first.entries()].toReversed())
    dealer.done(run, { topology, touched: topology === 'c' });
  expect((await next).topology).toBe((await dealt(ROUND + 1, 'c')).at(-1));
});

test('runs are watched until the changed code was carried out in a round', async () => {
  const watchedOf = async (hot: string): Promise<readonly boolean[]> => {
    const dealer = new Dealer(model, 1);
    const watched: boolean[] = [];
    for (let run = 0; run < ROUND * 3; run += 1) {
      const hand = await dealer.deal(run);
      watched.push(hand.watched);
      dealer.done(run, { topology: hand.topology, ...(hand.watched ? { touched: hand.topology === hot } : {}) });
    }
    return watched;
  };
  expect((await watchedOf('c')).map((each, run) => each === run < ROUND)).not.toContain(false);
  expect(await watchedOf('nowhere')).not.toContain(false);
});
