import { expect, test } from 'vitest';
import type { Component, Stage } from '../contract/index.ts';
import { quorumLost } from './broker-quorum-lost.ts';

test('two of three nodes are killed, and started again when it is disposed, twice being a no-op', async () => {
  const { stage, states } = cluster(() => Promise.reject(new Error('timeout')));
  const active = await quorumLost('nats').inject(stage);
  expect(states).toEqual({ 'nats-1': 'exited', 'nats-2': 'exited', 'nats-3': 'running' });
  expect(await active.healed()).toBe(false);
  await active[Symbol.asyncDispose]();
  await active[Symbol.asyncDispose]();
  expect(states).toEqual({ 'nats-1': 'running', 'nats-2': 'running', 'nats-3': 'running' });
  expect(await active.healed()).toBe(true);
});

test('a node that is left and agrees to no change is the witness', async () => {
  const silent = cluster((subject) =>
    subject.endsWith('NAMES') ? Promise.resolve({ streams: ['S'] }) : Promise.reject(new Error('timeout')),
  );
  const active = await quorumLost('nats').inject(silent.stage);
  expect((await active.witness())?.seen).toBe('nats-1, nats-2 exited, nats-3 agrees to no change: timeout');
  expect(silent.asked).toEqual([
    ['nats-3', '$JS.API.STREAM.NAMES'],
    ['nats-3', '$JS.API.STREAM.PURGE.S'],
  ]);
});

test('a node that says that nobody leads is one as well', async () => {
  const { stage } = cluster(() =>
    Promise.resolve({ error: { description: 'JetStream system temporarily unavailable' } }),
  );
  const active = await quorumLost('nats').inject(stage);
  expect((await active.witness())?.seen).toContain('nats-3 answers: JetStream system temporarily unavailable');
});

test.each([
  ['a change that is agreed', { streams: ['S'], success: true }],
  ['a cluster without streams', { streams: null }],
])('%s is none', async (_what, answer) => {
  const { stage } = cluster(() => Promise.resolve(answer));
  expect(await (await quorumLost('nats').inject(stage)).witness()).toBeUndefined();
});

test('nodes that were started in the meantime are none', async () => {
  const { stage, states } = cluster(() => Promise.reject(new Error('timeout')));
  const active = await quorumLost('nats').inject(stage);
  states['nats-1'] = 'running';
  expect(await active.witness()).toBeUndefined();
});

function cluster(answer: (subject: string) => Promise<unknown>) {
  const names = ['nats-1', 'nats-2', 'nats-3'];
  const states: Record<string, string> = Object.fromEntries(names.map((name) => [name, 'running']));
  const asked: string[][] = [];
  const component = (name: string): Partial<Component> => {
    const own = name === 'nats' ? names : [name];
    return {
      name,
      instances: own,
      kill: async () => own.forEach((each) => (states[each] = 'exited')),
      start: async () => own.forEach((each) => (states[each] = 'running')),
      state: () => states[name] as ReturnType<Component['state']>,
      healthy: async () => own.every((each) => states[each] === 'running'),
    };
  };
  const nats = (name: string, subject: string): Promise<unknown> => {
    asked.push([name, subject]);
    return answer(subject);
  };
  return { stage: { running: { component, admin: { nats } } } as unknown as Stage, states, asked };
}
