import { expect, test } from 'vitest';
import type { ContainerEvent, Containers, State } from '../engine/containers.ts';
import { Watcher } from './watcher.ts';

/** An engine with one container, whose list is looked at when the test says so. */
async function watched(first: State) {
  const engine = { state: first, tell: (_what: ContainerEvent): void => {} };
  const containers = {
    list: async () => [{ id: 'x', name: 'relay', state: engine.state }],
    onEvent: async (happened: (instance: string, what: ContainerEvent) => void) => {
      engine.tell = (what) => happened('relay', what);
      return { [Symbol.dispose]: () => {} };
    },
  } as unknown as Containers;
  const watcher = new Watcher(containers, async () => true);
  await watcher.start();
  await watcher.look();
  return { engine, watcher, counts: () => watcher.of('relay').counts };
}

test('what was ended and started between two looks was started twice', async () => {
  const { engine, watcher, counts } = await watched('paused');
  engine.tell('die');
  engine.tell('start');
  engine.state = 'running';
  await watcher.look();
  expect(watcher.of('relay').state).toBe('running');
  expect(counts()).toMatchObject({ starts: 2, exits: 1 });
  watcher.stop();
});

test('an end and a start that are both told and looked at are counted once', async () => {
  const { engine, watcher, counts } = await watched('running');
  engine.state = 'exited';
  engine.tell('die');
  await watcher.look();
  engine.state = 'running';
  await watcher.look();
  engine.tell('start');
  await watcher.look();
  expect(counts()).toMatchObject({ starts: 2, exits: 1 });
  watcher.stop();
});

test('without a word from the engine what looks saw counts', async () => {
  const { engine, watcher, counts } = await watched('running');
  engine.state = 'exited';
  await watcher.look();
  engine.state = 'running';
  await watcher.look();
  expect(counts()).toMatchObject({ starts: 2, exits: 1 });
  watcher.stop();
});

test('who runs when it is looked at first was started once', async () => {
  const { watcher, counts } = await watched('running');
  expect(counts()).toMatchObject({ starts: 1, exits: 0 });
  watcher.stop();
});
