import { expect, test } from 'vitest';
import type { ExplorationCase, Fault, History, PlannedFault, Running } from '../../contract/index.ts';
import { Schedule } from './schedule.ts';

test('a fault comes with the message for which it waits', async () => {
  const { schedule, send, injected } = begun(2);
  send();
  expect(injected).toEqual([]);
  send();
  await schedule.healAll();
  expect(injected).toEqual(['a-1 beside a-2']);
  expect(schedule.observed.map(({ skipped }) => skipped)).toEqual([undefined]);
});

test('where that message does not come for long, the next one will do', async () => {
  const { schedule, send, pass, injected } = begun(9);
  send();
  await pass();
  expect(injected).toEqual([]);
  send();
  send();
  await schedule.healAll();
  expect(injected).toEqual(['a-1 beside a-2']);
});

test('a fault whose message is never sent is told as skipped', async () => {
  const { schedule, pass, send, injected } = begun(9);
  await pass();
  await schedule.healAll();
  send();
  expect(injected).toEqual([]);
  expect(schedule.observed.map(({ skipped }) => skipped)).toEqual(['its message was never sent']);
});

test('a fault is about the replica on whose link the message came first', async () => {
  const { schedule, send, injected } = begun(2, { ofAny: true });
  send('a-1');
  send('a-2');
  expect(injected).toEqual([]);
  send('a-2');
  send('a-1');
  await schedule.healAll();
  expect(injected).toEqual(['a-2 beside a-1']);
});

test('and about the one that is named, where nothing else is said', async () => {
  const { schedule, send, injected } = begun(2);
  send('a-2');
  send('a-2');
  send('a-1');
  send('a-1');
  await schedule.healAll();
  expect(injected).toEqual(['a-1 beside a-2']);
});

/** A schedule of one fault, of a-1 and then a-2, that waits for the n-th message of a link to b. */
function begun(
  nth: number,
  waits: Partial<NonNullable<PlannedFault['onMessage']>> = {},
): {
  readonly schedule: Schedule;
  /** By one of the two. */
  readonly send: (by?: string) => void;
  /** All sleeps end. */
  readonly pass: () => Promise<void>;
  /** What the faults were about that have been injected. */
  readonly injected: readonly string[];
} {
  const planned: PlannedFault = {
    at: 0,
    onMessage: { from: 'a-1', to: 'b', nth, ...waits },
    lastsMs: 1000,
    kind: 'kill',
    targets: ['a-1', 'a-2'],
    options: {},
  };
  const watchers = new Map<object, (by: string) => void>();
  const sleeping: (() => void)[] = [];
  const injected: string[] = [];
  const running = {
    clock: {
      now: () => 0,
      sleep: () => new Promise<void>((resolve) => sleeping.push(resolve)),
    },
    deployment: { components: [{ name: 'a' }, { name: 'b' }] },
    component: (name: string) => ({ instances: name === 'a' ? ['a-1', 'a-2'] : [name] }),
    link: (from: string) => ({
      onMessage: (wanted: number, sent: () => void): Disposable => {
        const own = {};
        let left = wanted;
        watchers.set(own, (by) => {
          if (by !== from) return;
          left -= 1;
          if (left === 0) sent();
        });
        return { [Symbol.dispose]: () => void watchers.delete(own) };
      },
    }),
  } as unknown as Running;
  const faultOf = ({ targets }: PlannedFault): Fault =>
    ({
      title: 'fault',
      inject: async () => {
        injected.push(targets.join(' beside '));
        return { witness: async () => undefined, [Symbol.asyncDispose]: async () => {} };
      },
    }) as unknown as Fault;
  const drawn = { seed: 1, slowLinks: [], commands: [], faults: [planned] } as unknown as ExplorationCase;
  const schedule = new Schedule(drawn, running, {} as History, faultOf, () => 'idle');
  void schedule.begins(planned);
  return {
    schedule,
    send: (by = 'a-1') => watchers.forEach((watcher) => watcher(by)),
    pass: async () => {
      for (const resolve of sleeping.splice(0)) resolve();
      await new Promise((resolve) => setImmediate(resolve));
    },
    injected,
  };
}
