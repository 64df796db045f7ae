import { expect, test } from 'vitest';
import type { Evidence, Observation, Running } from 'faultline';
import { noSlowerThan } from './pace.ts';

const probe = noSlowerThan(1.5, 'calls', ({ name }) => name === 'validate');

test('a window as fast as the steady state holds, one slower by more than half does not', async () => {
  expect(await looks(of([10, 10, 14, 16]))).toEqual([true, true, true, false]);
});

test('calls without an answer are slow', async () => {
  expect(await looks(of([10, 10, Infinity]))).toEqual([true, true, false]);
});

test('where the services waited for a processor nothing is judged', async () => {
  const seen = await observed(of([10, 10, 100]), 0.5);
  expect(seen.map(({ holds, unjudged }) => [holds, unjudged])).toEqual([
    [true, true],
    [true, true],
    [true, true],
  ]);
});

test('a planted slow window is seen', async () => {
  const good = of([10, 10, 10, 10]);
  expect(await looks(good)).not.toContain(false);
  expect(await looks(probe.plant?.(good) ?? good)).toContain(false);
});

/** Ten calls in each window of 10 s, each as long as its window says; the fault begins after two windows. */
function of(durations: readonly number[]): Evidence {
  const operations = durations.flatMap((took, window) =>
    Array.from({ length: 10 }, (_, i) => ({
      id: window * 10 + i,
      process: 'p',
      name: 'validate',
      input: {},
      invokedAt: window * 10_000 + i * 1000,
      ...(took === Infinity ? {} : { completedAt: window * 10_000 + i * 1000 + took }),
      outcome: 'ok' as const,
    })),
  );
  return { operations, alerts: [], instants: { steady: 0, injected: 20_000 }, polled: {}, finalState: {} };
}

async function observed(evidence: Evidence, waiting = 0): Promise<readonly Observation[]> {
  const running = { waiting: () => waiting } as unknown as Running;
  const end = Math.ceil(Math.max(...evidence.operations.map(({ invokedAt }) => invokedAt + 1)) / 10_000) * 10_000;
  return probe.observe(evidence, running, 0, end);
}

async function looks(evidence: Evidence): Promise<readonly boolean[]> {
  return (await observed(evidence)).map(({ holds }) => holds);
}
