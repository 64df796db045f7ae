import { describe, expect, test } from 'vitest';
import type { AlertChange, Observation, Operation } from '../../contract/index.ts';
import { judgeAlerts } from './alerts.ts';
import { firstFiring, judgeDetection } from './detection.ts';
import { judgeImmediate } from './immediate.ts';
import { judgeInvariant } from './invariant.ts';
import { judgeMaySee } from './may-see.ts';
import { judgeNever } from './never.ts';
import { judgeWithin } from './within.ts';

const injection = { name: 'injection', at: 100 };
const unreached = { name: 'detection', at: undefined };

describe('within L', () => {
  test.each([
    ['holds from the first look', [look(100), look(200)], 10, 'pass', 100],
    ['holds exactly at the limit', [look(100, false), look(150)], 50, 'pass', 150],
    ['holds just after the limit', [look(100, false), look(151)], 50, 'fail', 151],
    ['held, then broke at the end', [look(110), look(200, false)], 50, 'fail', 200],
    ['broke in the middle and held again too late', [look(110), look(160, false), look(170)], 50, 'fail', 170],
    ['held before its anchor', [look(50), look(200)], 10, 'pass', 100],
    ['was first looked at after the limit', [look(300)], 50, 'unknown', 300],
  ] as const)('a behaviour that %s', (_, looks, limit, verdict, at) => {
    expect(judgeWithin(looks, injection, limit)).toMatchObject({ verdict, at });
  });

  test('without a look it is unknown', () => {
    expect(judgeWithin([], injection, 50).verdict).toBe('unknown');
  });

  test('an anchor that never came fails with "never"', () => {
    expect(judgeWithin([look(100)], unreached, 50)).toMatchObject({
      verdict: 'fail',
      seen: expect.stringContaining('never'),
    });
  });
});

describe('immediate', () => {
  test('one counter-example is enough', () => {
    expect(judgeImmediate([look(100), look(150, false), look(160)], injection)).toMatchObject({
      verdict: 'fail',
      at: 150,
    });
  });

  test('what was invoked before the anchor is exempt', () => {
    expect(judgeImmediate([look(99, false), look(101)], injection)).toMatchObject({ verdict: 'pass', at: 101 });
  });

  test('without a look after the anchor it is unknown', () => {
    expect(judgeImmediate([look(99)], injection).verdict).toBe('unknown');
  });

  test('an anchor that never came fails', () => {
    expect(judgeImmediate([look(99)], unreached).verdict).toBe('fail');
  });
});

describe('looks that the machine was too busy to judge', () => {
  const busy = (at: number): Observation => ({ ...look(at), unjudged: true });

  test.each([
    ['most of them: the line is not proven', [busy(100), busy(110), look(120)], 'unknown'],
    ['the fewer: the others prove it', [busy(100), look(110), look(120)], 'pass'],
    ['beside one against the line: it fails', [busy(100), busy(110), look(120, false)], 'fail'],
  ] as const)('%s', (_, looks, verdict) => {
    expect(judgeImmediate(looks, injection).verdict).toBe(verdict);
    expect(judgeWithin(looks, injection, 50).verdict).toBe(verdict);
    expect(judgeNever(looks).verdict).toBe(verdict);
  });
});

describe('never', () => {
  test('one look against it is enough', () => {
    expect(judgeNever([look(1), look(2, false)])).toMatchObject({ verdict: 'fail', at: 2 });
  });

  test('it passes when every look holds, and is unknown without one', () => {
    expect(judgeNever([look(1)]).verdict).toBe('pass');
    expect(judgeNever([]).verdict).toBe('unknown');
  });
});

describe('detection', () => {
  const alerts = [
    alert('Down', 'firing', 50),
    alert('Down', 'pending', 105),
    alert('Down', 'firing', 107),
    alert('Down', 'firing', 200),
  ];

  test('is the first firing after injection', () => {
    expect(firstFiring(alerts, 'Down', 100)).toBe(107);
    expect(firstFiring(alerts, 'Other', 100)).toBeUndefined();
  });

  test.each([
    [107, 7, 'pass'],
    [107, 6, 'fail'],
    [undefined, 7, 'fail'],
    [90, 7, 'pass'],
  ] as const)('at %s with a limit of %d is %s', (detected, limit, verdict) => {
    expect(judgeDetection(detected, 'Down', injection, limit).verdict).toBe(verdict);
  });

  test('other alerts fail unless they are expected', () => {
    expect(judgeAlerts(alerts, ['Down']).verdict).toBe('pass');
    expect(judgeAlerts(alerts, ['Up'])).toMatchObject({ verdict: 'fail', at: 50, seen: 'Down' });
  });
});

describe('what clients may see', () => {
  const instants = { steady: 10, injected: 100, recovered: 200 };
  const allowed = { reserve: ['UNAVAILABLE'] };

  test.each([
    ['an allowed refusal while the fault is on', operation('fail', 150, 'UNAVAILABLE'), 'pass'],
    ['a refusal with another code', operation('fail', 150, 'INTERNAL'), 'fail'],
    ['the same refusal after recovery', operation('fail', 250, 'UNAVAILABLE'), 'fail'],
    ['the same refusal in the steady state', operation('fail', 50, 'UNAVAILABLE'), 'fail'],
    ['a time-out while the fault is on', operation('info', 150, 'timeout'), 'pass'],
    ['a time-out after recovery', operation('info', 250, 'timeout'), 'fail'],
    ['a refusal before the steady state', operation('fail', 5, 'INTERNAL'), 'pass'],
  ] as const)('%s: %s', (_, met, verdict) => {
    expect(judgeMaySee([operation('ok', 60), met], allowed, instants).verdict).toBe(verdict);
  });

  test('an operation in flight at injection belongs to the fault', () => {
    const inFlight = { ...operation('info', 95, 'reset'), completedAt: 101 };
    expect(judgeMaySee([inFlight], allowed, instants).verdict).toBe('pass');
  });

  test('without operations it is vacuous', () => {
    expect(judgeMaySee([], allowed, instants).verdict).toBe('vacuous');
  });
});

test('an invariant that examined nothing is vacuous', () => {
  expect(judgeInvariant({ examined: 0, violations: [] }).verdict).toBe('vacuous');
  expect(judgeInvariant({ examined: 3, violations: [] }).verdict).toBe('pass');
  expect(judgeInvariant({ examined: 3, violations: [{ what: 'two holders' }, { what: 'x' }] })).toEqual({
    verdict: 'fail',
    seen: 'two holders and 1 more',
  });
});

function look(at: number, holds = true): Observation {
  return { at, holds, seen: `look at ${at}` };
}

function alert(name: string, state: AlertChange['state'], at: number): AlertChange {
  return { alert: name, state, at, labels: {}, annotations: {} };
}

function operation(outcome: Operation['outcome'], at: number, error?: string): Operation {
  return {
    id: at,
    process: 'p',
    name: 'reserve',
    input: {},
    invokedAt: at,
    completedAt: at,
    outcome,
    ...(error ? { error } : {}),
  };
}
