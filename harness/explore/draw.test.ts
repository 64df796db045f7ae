import { expect, test } from 'vitest';
import type { Command, ExplorationCase, ExplorationModel } from '../../contract/index.ts';
import { caseSeed, drawCase } from './draw.ts';
import { replicasOf } from './replicas.ts';
import { DUE_MS, model, nothing } from './testing.ts';

/** From shortly before to a little after. */
const isAround = (at: number, due: number): boolean => Math.abs(at - due - 95) <= 155;

test('what a client does in a row is drawn in its order, about one thing', () => {
  const found = cases.filter(({ commands }) =>
    commands.some((take) =>
      commands.some(
        (give) =>
          give.name === 'give' &&
          take.name === 'take' &&
          give.client === take.client &&
          give.arguments['slot'] === take.arguments['slot'] &&
          give.at >= take.at &&
          give.at - take.at <= 60,
      ),
    ),
  );
  expect(found.length / cases.length).toBeGreaterThan(0.3);
});

test('some commands come just when something is due', () => {
  const found = cases.filter(({ commands }) =>
    commands.some(({ at: taken, arguments: { slot } }) =>
      commands.some(
        ({ name, at, arguments: args }) => name === 'give' && args['slot'] === slot && isAround(at, taken + DUE_MS),
      ),
    ),
  );
  expect(found.length / cases.length).toBeGreaterThan(0.3);
});

test('a story waits now and then for what comes due by what was told of it, and goes on from there', () => {
  // Nothing but the story has this command.
  const stories = cases.flatMap(({ commands, lastsMs }) =>
    commands.flatMap((show) => (show.name === 'show' && show.at < lastsMs ? [{ commands, show }] : [])),
  );
  const waited = stories.filter(({ commands, show }) => {
    const mine = commands.filter(({ client, at }) => client === show.client && at <= show.at);
    const give = mine.findLast(({ name }) => name === 'give');
    const take = mine.find(
      ({ name, arguments: { slot: taken }, at }) =>
        name === 'take' && taken === give?.arguments['slot'] && isAround(give?.at ?? 0, at + DUE_MS),
    );
    return take !== undefined;
  });
  expect(waited.length / stories.length).toBeGreaterThan(0.2);
  expect(waited.length / stories.length).toBeLessThan(0.5);
});

test('what a fault was aimed at is often made again by its client', () => {
  const aimed = cases.flatMap(({ commands, faults }) =>
    faults.flatMap(({ onMessage, at: injected }) => {
      // Others wait for a message from just before something is due.
      const aim = onMessage === undefined ? undefined : commands.find(({ at }) => at === injected);
      return aim === undefined ? [] : [{ commands, aim }];
    }),
  );
  const again = aimed.filter(({ commands, aim }) =>
    commands.some(({ name, client, at }) => name === 'again' && client === aim.client && at > aim.at),
  );
  expect(again.length / aimed.length).toBeGreaterThan(0.4);
});

test('replicas fail alone, and together', () => {
  const apart = cases.filter(({ faults }) => faults.some(({ targets }) => targets !== faults[0]?.targets));
  const hit = apart.flatMap(({ faults }) =>
    faults.filter(({ kind, targets }) => kind === 'pause' && targets[0] !== 'b').map((fault) => ({ faults, fault })),
  );
  const together = hit.filter(({ faults, fault }) =>
    faults.some(
      ({ kind, targets, at, lastsMs }) =>
        kind === 'pause' && targets[0] !== fault.targets[0] && at === fault.at && lastsMs === fault.lastsMs,
    ),
  );
  expect(together.length / hit.length).toBeGreaterThan(0.3);
  expect(together.length / hit.length).toBeLessThan(0.9);
  expect(Math.max(...apart.map(({ faults }) => faults.length))).toBe(4);
});

test('replicas differ in their numbers only', () => {
  const links = [
    ['a-1', 'b'],
    ['a-2', 'b'],
    ['a-2', 'c'],
    ['b', 'c'],
  ] as const;
  expect(replicasOf(['a-1', 'b'], links)).toEqual([['a-2', 'b']]);
  expect(replicasOf(['b', 'c'], links)).toEqual([]);
});

test('faults of who carries out a command are mostly aimed at such commands', () => {
  const aimed = cases.flatMap(({ commands, faults }) =>
    commands.some(({ name }) => name === 'take')
      ? faults.flatMap(({ kind, at }) => (kind === 'kill' ? commands.filter((each) => each.at === at) : []))
      : [],
  );
  const own = aimed.filter(({ name }) => name === 'take');
  expect(own.length / aimed.length).toBeGreaterThan(0.7);
  expect(own.length).toBeLessThan(aimed.length);
});

test('faults are aimed at rare commands too', () => {
  const aimed = rareCases.flatMap(({ commands, faults }) =>
    faults.flatMap(({ onMessage, at: injected }) =>
      onMessage === undefined ? [] : commands.filter(({ at }) => at === injected).slice(0, 1),
    ),
  );
  const drawn = rareCases.flatMap(({ commands }) => commands);
  const share = (of: readonly Command[]): number => of.filter(({ name }) => name === 'rare').length / of.length;
  expect(share(drawn)).toBeLessThan(0.1);
  expect(share(aimed)).toBeGreaterThan(0.2);
});

test('instants are spread over the whole run', () => {
  const places = cases.flatMap(({ commands, lastsMs }: ExplorationCase) =>
    commands.map(({ at }: Command) => at / lastsMs),
  );
  for (const tenth of [0, 3, 6, 9]) {
    const share = places.filter((place) => Math.floor(place * 10) === tenth).length / places.length;
    expect(share).toBeGreaterThan(0.05);
    expect(share).toBeLessThan(0.2);
  }
});

const cases = Array.from({ length: 200 }, (_, index) => drawCase(model, { seed: caseSeed(1, index) }));

/** Of twenty commands that write one is rare. */
const rare: ExplorationModel = {
  ...model,
  topologies: model.topologies.map((topology) => ({ ...topology, commands: ['take', 'rare'] })),
  commands: {
    take: { weight: 19, writes: true, arguments: nothing },
    rare: { weight: 1, writes: true, arguments: nothing },
  },
  stories: [],
};
const rareCases = Array.from({ length: 400 }, (_, index) => drawCase(rare, { seed: caseSeed(1, index) })).filter(
  ({ commands }) => new Set(commands.map(({ name }) => name)).size === 2,
);

test('where faults come by themselves none is drawn, and changes have an aftermath', () => {
  const cases = Array.from({ length: 20 }, (_, n) => drawCase(model, { seed: caseSeed(3, n), faultless: true }));
  expect(cases.flatMap(({ faults }) => faults)).toEqual([]);
  const again = cases.flatMap(({ commands }) => commands.filter(({ name }) => name === 'again'));
  expect(again.length).toBeGreaterThan(40);
});

test('and half of the commands that are looked for have a crowd about them, with calls of the same client in it', () => {
  const crowded = (favoured: readonly string[]): number =>
    Array.from({ length: 20 }, (_, n) => drawCase(model, { seed: caseSeed(3, n), faultless: true, favoured }))
      .flatMap(({ commands }) => commands.filter(({ name }) => name === 'take').map((of) => ({ of, commands })))
      .filter(({ of, commands }) =>
        commands.some(
          (each) =>
            each.name === 'give' &&
            each.client === of.client &&
            each.at < of.at &&
            of.at - each.at <= 2000 &&
            each.arguments['slot'] === of.arguments['slot'],
        ),
      ).length;
  expect(crowded(['take'])).toBeGreaterThan(crowded([]) * 3);
});
