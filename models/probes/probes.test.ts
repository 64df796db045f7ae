import { describe, expect, test } from 'vitest';
import type { AlertChange, Evidence, Operation, Probe, Running } from '../../contract/index.ts';
import { alertSilent } from './alert-silent.ts';
import { both } from './both.ts';
import { metric } from './metric.ts';
import { operations } from './operations.ts';
import { percentile } from './percentile.ts';
import { polled } from './polled.ts';

describe('operations', () => {
  const evidence = recorded({
    operations: [
      operation(10, { outcome: 'ok', result: { source: 'cache' } }),
      operation(20, { outcome: 'fail', error: 'QUOTA', input: { tenant: 'b' } }),
      operation(30, { outcome: 'info', error: 'timeout' }),
      operation(40, { name: 'other', outcome: 'fail', error: 'X' }),
    ],
  });

  test.each([
    ['allSucceed', operations('reserve').allSucceed(), [true, false]],
    ['answeredWith', operations('reserve').answeredWith('QUOTA'), [false, true]],
    ['notAnsweredWith', operations('reserve').notAnsweredWith('QUOTA'), [true, false]],
    ['resultIs', operations('reserve').resultIs('source', 'cache'), [true, false]],
    [
      'where',
      operations('reserve')
        .where('of b', ({ input }) => input['tenant'] === 'b')
        .answeredWith('QUOTA'),
      [true],
    ],
    ['each', operations('reserve').each('odd', ({ id }) => (id === 10 ? undefined : false)), [false, false]],
  ])('%s looks at its operations at their invocation; an unknown outcome is no look', async (name, probe, holds) => {
    const looks = await probe.observe(evidence, NO_METRICS, 0, 100);
    expect(looks.map((look) => look.holds)).toEqual(holds);
    if (name === 'allSucceed') expect(looks.map(({ at }) => at)).toEqual([10, 20]);
  });

  test('only those of the interval, which is open at its end', async () => {
    const probe = operations('reserve').allSucceed();
    expect(await probe.observe(evidence, NO_METRICS, 10, 20)).toHaveLength(1);
  });

  test.each([
    operations('reserve').allSucceed(),
    operations('reserve').notAnsweredWith('QUOTA'),
    operations('reserve')
      .where('of b', ({ input }) => input['tenant'] === 'b')
      .answeredWith('QUOTA'),
  ])('a planted violation is seen', async (probe) => {
    const good = recorded({
      operations: [operation(50, { outcome: 'ok', input: { tenant: 'b' } })],
      instants: { steady: 0, injected: 40 },
    });
    const planted = probe.plant?.(good) ?? good;
    expect((await probe.observe(planted, NO_METRICS, 0, 100)).some(({ holds }) => !holds)).toBe(true);
  });
});

describe('metrics', () => {
  const running = withMetrics({
    range: async () => [
      { at: 2, value: 0.0151 },
      { at: 4, value: 0.0049 },
    ],
  });

  test.each([
    [metric('P95', 'q', { unit: 'ms', scale: 1000 }).atMost(15), [false, true], 'P95 <= 15 ms'],
    [metric('P95', 'q', { unit: 'ms', scale: 1000 }).atLeast(15), [true, false], 'P95 >= 15 ms'],
    [metric('P95', 'q').equals(0.0049), [false, true], 'P95 = 0.0049'],
  ])('are looked at in each evaluation', async (probe, holds, title) => {
    expect(probe.title).toBe(title);
    expect((await probe.observe(recorded({}), running, 0, 10)).map((look) => look.holds)).toEqual(holds);
  });

  test('show what was seen with its unit', async () => {
    const [first] = await metric('P95', 'q', { unit: 'ms', scale: 1000 })
      .atMost(15)
      .observe(recorded({}), running, 0, 10);
    expect(first?.seen).toBe('P95 15.1 ms');
  });
});

describe('percentiles', () => {
  const samples: Readonly<Record<number, number>> = { 110_000: 19, 120_000: 20, 130_000: 100 };
  const running = withMetrics({
    at: async (query, time) => (query.includes('_count') ? samples[time] : time === 130_000 ? 0.02 : 0.009),
  });

  test('are looked at over whole windows of 10 s with at least 20 samples', async () => {
    const probe = percentile({
      title: 'validate P95',
      service: 'service',
      quantile: 0.95,
      histogram: 'validate_seconds',
    }).atMost(15);
    expect(await probe.observe(recorded({}), running, 100_000, 139_999)).toEqual([
      { at: 110_000, holds: true, seen: 'validate P95 9 ms of 20' },
      { at: 120_000, holds: false, seen: 'validate P95 20 ms of 100' },
    ]);
  });

  test('beyond the limit are not judged where the service waited for a processor for more than half of what the quantile leaves', async () => {
    const probe = percentile({
      title: 'P95',
      service: 'service',
      quantile: 0.95,
      histogram: 'validate_seconds',
    }).atMost(15);
    const waited = (from: number): number => (from === 120_000 ? 0.03 : 0.4);
    // Others may have waited for longer: it was not measured in them.
    const busy: Running = { ...running, waiting: (from, _to, name) => (name === 'service' ? waited(from) : 0.5) };
    expect(await probe.observe(recorded({}), busy, 100_000, 139_999)).toEqual([
      { at: 110_000, holds: true, seen: 'P95 9 ms of 20' },
      { at: 120_000, holds: true, unjudged: true, seen: 'P95 20 ms of 100, 3 % of the time without a processor' },
    ]);
  });
});

describe('an alert', () => {
  const alerts = [change('Down', 'firing', 10), change('Other', 'firing', 12), change('Down', 'resolved', 20)];

  test('is looked at when it changes and at both ends', async () => {
    const looks = await alertSilent('Down').observe(recorded({ alerts }), NO_METRICS, 5, 30);
    expect(looks.map(({ at, holds }) => [at, holds])).toEqual([
      [5, true],
      [10, false],
      [20, true],
      [30, true],
    ]);
  });

  test('that fires already is seen at the start', async () => {
    const looks = await alertSilent('Down').observe(recorded({ alerts }), NO_METRICS, 15, 18);
    expect(looks.map(({ holds }) => holds)).toEqual([false, false]);
  });
});

describe('both', () => {
  const first = fixed('a', [
    [0, true],
    [10, false],
    [20, true],
  ]);
  const second = fixed('b', [
    [5, true],
    [15, false],
    [25, true],
  ]);

  test('holds where both do, each look with the latest of the other', async () => {
    const looks = await both(first, second).observe(recorded({}), NO_METRICS, 0, 30);
    expect(looks.map(({ at, holds }) => [at, holds])).toEqual([
      [5, true],
      [10, false],
      [15, false],
      [20, false],
      [25, true],
    ]);
  });

  test('is against the line when only one has been looked at and is', async () => {
    expect(await both(fixed('a', [[1, false]]), fixed('b', [])).observe(recorded({}), NO_METRICS, 0, 30)).toHaveLength(
      1,
    );
    expect(await both(fixed('a', [[1, true]]), fixed('b', [])).observe(recorded({}), NO_METRICS, 0, 30)).toHaveLength(
      0,
    );
  });

  test('has its parts polled in its place', () => {
    expect(both(first, second).parts).toEqual([first, second]);
  });
});

test('what was polled is read back from the evidence, and a planted look is seen', async () => {
  const probe = polled('keys', 1000, async () => ({ holds: true, seen: 'none' }));
  const evidence = recorded({
    polled: {
      keys: [
        { at: 5, holds: true, seen: 'none' },
        { at: 50, holds: true, seen: 'none' },
      ],
    },
    instants: { injected: 3 },
  });
  expect(await probe.observe(evidence, NO_METRICS, 0, 10)).toHaveLength(1);
  const planted = probe.plant?.(evidence) ?? evidence;
  expect((await probe.observe(planted, NO_METRICS, 0, 10)).some(({ holds }) => !holds)).toBe(true);
});

const NO_METRICS = withMetrics({});

function withMetrics(metrics: Partial<Running['metrics']>): Running {
  return { metrics, waiting: () => undefined } as unknown as Running;
}

function recorded(part: Partial<Evidence>): Evidence {
  return { operations: [], alerts: [], instants: {}, polled: {}, finalState: {}, ...part };
}

function operation(at: number, part: Partial<Operation>): Operation {
  return { id: at, process: 'p', name: 'reserve', input: {}, invokedAt: at, completedAt: at, outcome: 'ok', ...part };
}

function change(alert: string, state: AlertChange['state'], at: number): AlertChange {
  return { alert, state, at, labels: {}, annotations: {} };
}

function fixed(title: string, looks: readonly (readonly [number, boolean])[]): Probe {
  return { title, observe: async () => looks.map(([at, holds]) => ({ at, holds, seen: title })) };
}
