import { expect, test } from 'vitest';
import type { TaskRuntime } from '../supervisor/runtime.ts';
import { Autoscaler, waitedSeconds } from './autoscaler.ts';

const OPTIONS = { TASKS: ['pod-3', 'pod-4'], LOOKS: 2, WAITED_MS: 50 };

/** A runtime of tasks by state, and a counter that each look finds at the next value. */
function scaler(states: Record<string, string>, waited: readonly number[]): Autoscaler {
  const runtime: TaskRuntime = {
    tasks: async () => Object.entries(states).map(([name, state]) => ({ name, state })),
    restart: async (name) => {
      states[name] = 'running';
    },
  };
  let look = 0;
  const text = async (): Promise<string> =>
    `pgbouncer_stats_client_wait_seconds_total{database="a"} ${waited[look++]}\n`;
  return new Autoscaler(OPTIONS, runtime, text);
}

test('one task for each row of looks at which clients had waited, and none when all run', async () => {
  const states = { 'pod-1': 'running', 'pod-3': 'exited', 'pod-4': 'exited' };
  const autoscaler = scaler(states, [5, 6, 7, 8, 9, 10, 11]);
  const started = [];
  for (let look = 0; look < 7; look += 1) started.push(await autoscaler.look());
  expect(started.filter((name) => name !== undefined)).toEqual(['pod-3', 'pod-4']);
  expect(states).toEqual({ 'pod-1': 'running', 'pod-3': 'running', 'pod-4': 'running' });
});

test('short waits and interrupted ones start nothing', async () => {
  const autoscaler = scaler({ 'pod-3': 'exited' }, [0, 1, 1.01, 2, 2, 3]);
  for (let look = 0; look < 6; look += 1) expect(await autoscaler.look()).toBeUndefined();
});

test('the time waited is added up over databases', () => {
  const name = 'pgbouncer_stats_client_wait_seconds_total';
  expect(
    waitedSeconds(`# TYPE ${name} counter\n${name}{database="a"} 1.5\n${name}{database="b"} 2e-1\nother{} 7\n`),
  ).toBe(1.7);
});
