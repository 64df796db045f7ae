import { describe, expect, test } from 'vitest';
import type { SystemModel, World } from '../../contract/index.ts';
import { executeToy } from '../testing/execute-toy.ts';
import { model } from '../testing/toy-project/models/toy/model.ts';
import { toyWorld } from '../testing/toy-world.ts';

test('an alert of the start puts the steady state off until it has cleared, and is told', async () => {
  const { result } = await executeToy({ world: toyWorld({ alerts: { StandbyBehind: [1000, 7000] } }) });
  expect(result.verdict).toBe('pass');
  expect(result.instants.steady).toBe(8000);
  expect(result.instants.injected).toBeGreaterThanOrEqual(38_000);
  expect(result.lines.find(({ reference }) => reference === 'alerts')?.seen).toBe(
    'no other alert fired since the start, when StandbyBehind did',
  );
});

describe('the load', () => {
  const ends = async (world: World): Promise<number> => {
    let ended = 0;
    const counted: SystemModel = {
      ...model,
      start: async (stage, options) => {
        const load = await model.start(stage, options);
        return { ...load, [Symbol.asyncDispose]: async () => void (ended += 1) };
      },
    };
    await executeToy({ world, model: counted });
    return ended;
  };

  test('is ended by a run that comes to its end, and by one that is never steady: it would go on into the next', async () => {
    expect(await ends(toyWorld())).toBe(1);
    expect(await ends(toyWorld({ alerts: { SomethingElse: 10_000 } }))).toBe(1);
  });
});
