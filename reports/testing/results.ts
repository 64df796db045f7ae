import type { InvocationResult, LineResult, RunResult } from '../../contract/index.ts';

/** A run of NUM-03 as a journal holds it, for golden tests of reports. */
export const PASSING: RunResult = {
  id: 'NUM-03',
  run: 'A',
  title: 'Redis unavailable',
  seed: 4711,
  world: 'simulated',
  speed: 1,
  verdict: 'pass',
  fault: 'kill redis',
  lines: [
    line('steady[0]', 'hit ratio >= 0.9', { seen: 'hit ratio 0.97' }),
    line('steady[1]', 'validate P95 <= 5 ms', { seen: 'validate P95 3.8 ms' }),
    line('witness', 'kill redis', { at: 42_000, seen: '14 connections reset, 0 of 38 commands answered while down' }),
    line('steady[0].again', 'hit ratio >= 0.9', { seen: 'hit ratio 0.97' }),
    line('detection', 'NumberingRedisDown', {
      at: 49_000,
      anchor: { name: 'injection', at: 42_000 },
      limit: '10s',
      seen: 'NumberingRedisDown fired',
    }),
    line('mitigation[0]', 'ValidateLease reads PostgreSQL directly.', {
      at: 42_000,
      anchor: { name: 'injection', at: 42_000 },
      limit: 'immediate',
      seen: 'validate P95 9.1 ms',
    }),
    line('mitigation[1]', 'The cron cleans up.', {
      at: 83_200,
      anchor: { name: 'injection', at: 42_000 },
      limit: '60s',
      seen: '3 of 3 released by the cron',
    }),
    line('recovery[0]', 'The cache fills.', {
      at: 294_000,
      anchor: { name: 'cleared', at: 222_000 },
      limit: '5m',
      seen: 'hit ratio 0.93',
    }),
    line('impact.never[0]', 'no UNAVAILABLE', { seen: 'ok' }),
    line('impact.maySee', 'what clients may see', { seen: '0 of 1204 operations not ok, all allowed' }),
    line('alerts', 'other alerts', { seen: 'no other alert fired' }),
    line('invariant:single-holder', 'single-holder', { seen: '90 examined' }),
    line('residue', 'residue', { seen: 'no residue' }),
  ],
  instants: {
    steady: 10_000,
    injected: 42_000,
    witnessed: 42_000,
    detected: 49_000,
    cleared: 222_000,
    recovered: 330_000,
    ended: 331_000,
  },
  operations: 1204,
  otherAlerts: [],
  alongside: [],
  simulatedMs: 331_000,
  wallMs: 1050,
  traceHash: 'abc',
  log: [],
  work: { events: 1 },
  phase: 'audit',
};

export const FAILING: RunResult = {
  ...PASSING,
  run: 'B',
  fault: 'cut numbering-service, numbering-jobs -> redis',
  verdict: 'fail',
  lines: PASSING.lines.map((each) =>
    each.reference === 'recovery[0]'
      ? {
          ...each,
          verdict: 'fail',
          at: 522_000,
          expected: 'hit ratio >= 0.9',
          seen: 'never held until the end: hit ratio 0.12 & falling',
        }
      : each,
  ),
  log: [{ at: 222_400, source: 'numbering-jobs', text: 'redis ready' }],
};

export const BROKEN: RunResult = {
  ...PASSING,
  id: 'NUM-09',
  title: 'Reservation cleanup stalled',
  verdict: 'error',
  lines: [line('steady[0]', 'cleanup lag <= 2 s', { verdict: 'error', seen: 'cleanup lag 58 s' })],
  instants: {},
  problem: 'the steady state was not reached within 2 min',
  phase: 'steady',
};

export function invocation(...runs: readonly RunResult[]): InvocationResult {
  return {
    format: 1,
    startedAt: '2026-11-22T10:14:07.000Z',
    arguments: ['run'],
    seed: 4711,
    world: 'simulated',
    verdict: runs.find(({ verdict }) => verdict !== 'pass')?.verdict ?? 'pass',
    code: { source: 'a', lock: 'b' },
    runs,
    wallMs: 2100,
  };
}

function line(reference: string, title: string, more: Partial<LineResult> & Pick<LineResult, 'seen'>): LineResult {
  return { reference, title, verdict: 'pass', expected: title, ...more };
}
