import type { Component, Link, LinkEffect, Operation, Running, Shortage, Stage } from '../../contract/index.ts';

/** A stage whose components, links and Redis are plain records, for tests of faults. */
export interface FakeStage {
  readonly stage: Stage;
  readonly states: Record<string, ReturnType<Component['state']>>;
  readonly skews: Record<string, number>;
  /** Counts of a component or of a link `a -> b`, to be moved by tests. */
  readonly counts: Record<string, Record<string, number>>;
  /** Effects in place, by link. */
  readonly effects: Record<string, LinkEffect[]>;
  /** Shortages in place, by component. */
  readonly shortages: Record<string, Shortage[]>;
  readonly config: Record<string, string>;
  readonly operations: Operation[];
}

export function fakeStage(): FakeStage {
  const fake: Omit<FakeStage, 'stage'> = {
    states: { redis: 'running', 'jobs-a': 'running', 'jobs-b': 'running', service: 'running' },
    skews: {},
    counts: {},
    effects: {},
    shortages: {},
    config: { 'notify-keyspace-events': 'Ex', maxmemory: '0' },
    operations: [],
  };
  const component = (name: string): Component => {
    if (fake.states[name] === undefined) throw new Error(`no component ${name}`);
    const set = (state: ReturnType<Component['state']>) => async (): Promise<void> => {
      fake.states[name] = state;
    };
    return {
      name,
      instances: [name],
      kill: set('exited'),
      terminate: set('exited'),
      pause: set('paused'),
      resume: set('running'),
      start: set('running'),
      starve: async (shortage) => {
        (fake.shortages[name] ??= []).push(shortage);
        return {
          [Symbol.asyncDispose]: async () => {
            fake.shortages[name] = (fake.shortages[name] ?? []).filter((each) => each !== shortage);
          },
        };
      },
      healthy: async () => fake.states[name] === 'running',
      state: () => fake.states[name] ?? 'exited',
      observed: (fake.counts[name] ??= {}),
      wallClock: {
        jump: async (by) => {
          fake.skews[name] = (fake.skews[name] ?? 0) + by;
        },
        // A second of drift at once: the stage has no clock.
        drift: async (rate) => {
          fake.skews[name] = (fake.skews[name] ?? 0) + rate * 1000;
        },
        skew: () => fake.skews[name] ?? 0,
      },
    };
  };
  const link = (from: string, to: string): Link => {
    const name = `${from} -> ${to}`;
    return {
      from,
      to,
      observed: (fake.counts[name] ??= {}),
      apply: async (effect) => {
        (fake.effects[name] ??= []).push(effect);
        return {
          [Symbol.asyncDispose]: async () => {
            fake.effects[name] = (fake.effects[name] ?? []).filter((each) => each !== effect);
          },
        };
      },
    };
  };
  const redis = async (
    _name: string,
    ...[command, verb, setting = '', value = '']: readonly string[]
  ): Promise<unknown> => {
    if (command === 'EXISTS') return 0;
    if (command === 'CONFIG' && verb === 'SET') fake.config[setting] = value;
    if (command === 'CONFIG' && verb === 'GET') return setting in fake.config ? [setting, fake.config[setting]] : [];
    return 'OK';
  };
  const components = Object.keys(fake.states).map((name) => ({
    name,
    ...(name.startsWith('jobs-') ? { partOf: 'jobs' } : {}),
  }));
  const running = { component, link, admin: { redis }, deployment: { components } } as unknown as Running;
  const stage = { running, history: { operations: fake.operations } } as unknown as Stage;
  return { stage, ...fake };
}
