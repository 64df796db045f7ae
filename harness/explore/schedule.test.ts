import { expect, test } from 'vitest';
import type { ExplorationCase, Fault, History, PlannedFault, Running } from '../../contract/index.ts';
import { Schedule } from './schedule.ts';

test('a fault comes with the message for which it waits', async () => {
  const { schedule, send, injected } = begun(2);
  send();
  expect(injected).toEqual([]);
  send();
  await schedule.healAll();
  expect(injected).toEqual(['fault']);
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
  expect(injected).toEqual(['fault']);
});

test('a fault whose message is never sent is told as skipped', async () => {
  const { schedule, pass, send, injected } = begun(9);
  await pass();
  await schedule.healAll();
  send();
  expect(injected).toEqual([]);
  expect(schedule.observed.map(({ skipped }) => skipped)).toEqual(['its message was never sent']);
});

/** A schedule of one fault that waits for the n-th message of a link. */
function begun(nth: number): {
  readonly schedule: Schedule;
  readonly send: () => void;
  /** All sleeps end. */
  readonly pass: () => Promise<void>;
  readonly injected: readonly string[];
} {
  const planned: PlannedFault = {
    at: 0,
    onMessage: { from: 'a', to: 'b', nth },
    lastsMs: 1000,
    kind: 'kill',
    targets: ['a'],
    options: {},
  };
  const watchers = new Map<object, () => void>();
  const sleeping: (() => void)[] = [];
  const injected: string[] = [];
  const running = {
    clock: {
      now: () => 0,
      sleep: () => new Promise<void>((resolve) => sleeping.push(resolve)),
    },
    link: () => ({
      onMessage: (wanted: number, sent: () => void): Disposable => {
        const own = {};
        let left = wanted;
        watchers.set(own, () => {
          left -= 1;
          if (left === 0) sent();
        });
        return { [Symbol.dispose]: () => void watchers.delete(own) };
      },
    }),
  } as unknown as Running;
  const fault = {
    title: 'fault',
    inject: async () => {
      injected.push('fault');
      return { witness: async () => undefined, [Symbol.asyncDispose]: async () => {} };
    },
  } as unknown as Fault;
  const drawn = { seed: 1, slowLinks: [], commands: [], faults: [planned] } as unknown as ExplorationCase;
  const schedule = new Schedule(
    drawn,
    running,
    {} as History,
    () => fault,
    () => 'idle',
  );
  void schedule.begins(planned);
  return {
    schedule,
    send: () => watchers.forEach((watcher) => watcher()),
    pass: async () => {
      for (const resolve of sleeping.splice(0)) resolve();
      await new Promise((resolve) => setImmediate(resolve));
    },
    injected,
  };
}
