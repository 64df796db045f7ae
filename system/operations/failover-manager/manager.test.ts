import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Safeguards } from '../../kit/safeguards.ts';
import { failoverConfig } from './config.ts';
import { AUTOMATIC_PROMOTION, FENCING, Manager, PROMOTION, Refused } from './manager.ts';
import { createMetrics } from './metrics.ts';
import type { Report, Server } from './server.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] }));
afterEach(() => vi.useRealTimers());

test('the one that would write is the primary, in the term of its timeline', async () => {
  const { manager, watch } = cluster();
  expect(manager.primary).toEqual({ term: 0, primary: null, phase: 'steady' });
  await watch(1);
  expect(manager.primary).toEqual({ term: 1, primary: 'a', phase: 'steady' });
});

test('of two that would write the one with the longer history is the primary, and the other is made anew', async () => {
  const { manager, servers, rebuilt, watch } = cluster();
  servers.b.becomes({ inRecovery: false, timeline: 2 });
  await watch(2);
  expect(manager.primary.primary).toBe('b');
  expect(rebuilt).toEqual(['a of b']);
});

test('a former primary that answers first is not taken for the primary while another server is late', async () => {
  const { manager, servers, rebuilt, watch } = cluster();
  servers.b.becomes({ inRecovery: false, timeline: 2 });
  servers.b.silent(4500);
  await watch(4);
  expect(manager.primary.primary).toBeNull();
  await watch(3);
  expect(manager.primary).toEqual({ term: 2, primary: 'b', phase: 'steady' });
  expect(rebuilt.join()).not.toMatch(/b of/);
});

test('a server that does not answer at all is waited for as long as a silent primary', async () => {
  const { manager, servers, watch } = cluster();
  servers.b.away();
  await watch(8);
  expect(manager.primary.primary).toBeNull();
  await watch(1);
  expect(manager.primary.primary).toBe('a');
});

test('a primary that was lost before the manager began is replaced as one that it knew', async () => {
  const { manager, servers, watch } = cluster();
  servers.a.away();
  await watch(8);
  expect(manager.primary.phase).toBe('steady');
  await watch(7);
  expect(manager.primary).toEqual({ term: 2, primary: 'b', phase: 'steady' });
});

test('a primary that answers late after all is not replaced', async () => {
  const { manager, servers, watch } = cluster();
  servers.a.silent(12_000);
  await watch(10);
  expect(manager.primary.phase).toBe('failing-over');
  await watch(6);
  expect(manager.primary).toEqual({ term: 1, primary: 'a', phase: 'steady' });
  expect(servers.b.promoted).toBe(false);
});

test.each([
  ['when promotion is manual', { PROMOTION: 'manual' }, []],
  ['without automatic-promotion', {}, ['automatic-promotion']],
])('nobody is promoted after a start without a primary %s', async (_, env, off) => {
  const { manager, servers, watch } = cluster(env, off);
  servers.a.away();
  await watch(30);
  expect(manager.primary).toEqual({ term: 0, primary: null, phase: 'steady' });
  const failingOver = manager.failOver();
  await vi.advanceTimersByTimeAsync(5000);
  await failingOver;
  expect(manager.primary.primary).toBe('b');
});

test('a silent primary is replaced by the standby that has most of the log, after a lease in which nobody writes', async () => {
  const { manager, servers, watch } = cluster();
  await watch(1);
  servers.c.becomes({ position: 900 });
  servers.a.away();
  await watch(7);
  expect(manager.primary.primary).toBe('a');
  await watch(2);
  expect(manager.primary).toEqual({ term: 1, primary: null, phase: 'failing-over' });
  expect(servers.c.promoted).toBe(false);
  await vi.advanceTimersByTimeAsync(5000);
  expect(servers.c.promoted).toBe(true);
  expect(manager.primary).toEqual({ term: 2, primary: 'c', phase: 'steady' });
});

test('the standby that is promoted is the one that has most of the log after the lease', async () => {
  const { servers, watch } = cluster();
  await watch(1);
  servers.a.away();
  await watch(9);
  servers.c.becomes({ position: 900 });
  await watch(6);
  expect(servers.b.promoted).toBe(false);
  expect(servers.c.promoted).toBe(true);
});

test('a standby of a former primary is not promoted, though it is the only one that answers', async () => {
  const { manager, servers, watch } = cluster();
  servers.a.becomes({ timeline: 2 });
  servers.b.becomes({ timeline: 2 });
  servers.c.becomes({ position: 900 });
  await watch(1);
  servers.a.away();
  servers.b.away();
  await watch(20);
  expect(manager.primary).toMatchObject({ term: 2, primary: 'a' });
  await expect(manager.failOver()).rejects.toThrow(Refused);
  expect(servers.c.promoted).toBe(false);
});

test('the standby that confirms is waited for when it misses a probe', async () => {
  const { manager, servers, watch } = cluster({ SYNCHRONOUS_STANDBY: 'c' });
  await watch(1);
  servers.a.away();
  await watch(11);
  // Over the end of the lease.
  servers.c.silent(4000);
  servers.c.becomes({ position: 900 });
  await watch(6);
  expect(manager.primary.primary).toBe('c');
  expect(servers.b.promoted).toBe(false);
});

test('the standby that confirms is passed over when it has been gone', async () => {
  const { manager, servers, watch } = cluster({ SYNCHRONOUS_STANDBY: 'c' });
  await watch(1);
  servers.a.away();
  servers.c.away();
  await watch(13);
  expect(manager.primary.primary).toBe('b');
});

test.each([
  ['soon', 3000],
  ['long', 10_000],
])(
  'a standby whose answer to its promotion is lost is the primary when it is seen to write: %s after',
  async (_, lostForMs) => {
    const { manager, servers, rebuilt, watch } = cluster();
    await watch(1);
    servers.b.losesAnswerForMs = lostForMs;
    servers.a.away();
    await watch(15);
    expect(servers.b.promoted).toBe(true);
    // Not named again, though it answers: the other one may write.
    servers.a.becomes({ inRecovery: false });
    const named = new Set<string | null>();
    for (let second = 0; second < 15; second += 1) {
      await watch(1);
      named.add(manager.primary.primary);
    }
    expect(named).not.toContain('a');
    expect(manager.primary).toEqual({ term: 2, primary: 'b', phase: 'steady' });
    expect(servers.c.promoted).toBe(false);
    expect(rebuilt).toContain('a of b');
    expect(rebuilt.join()).not.toMatch(/b of/);
  },
);

test('a standby that could not be told leaves the primary as it was', async () => {
  const { manager, servers, watch } = cluster();
  await watch(1);
  servers.a.away();
  servers.b.unreached = true;
  const failing = expect(manager.failOver()).rejects.toThrow('not reached');
  await vi.advanceTimersByTimeAsync(5000);
  await failing;
  expect(manager.primary).toEqual({ term: 1, primary: 'a', phase: 'steady' });
});

test('a server that is seen to write with a longer history takes the place of the primary after a lease, and is not made anew', async () => {
  const { manager, servers, rebuilt, watch } = cluster();
  await watch(1);
  servers.b.becomes({ inRecovery: false, timeline: 2 });
  await watch(1);
  expect(manager.primary).toEqual({ term: 1, primary: null, phase: 'failing-over' });
  await watch(6);
  expect(manager.primary).toEqual({ term: 2, primary: 'b', phase: 'steady' });
  expect(rebuilt).not.toContain('b of a');
});

test('a failback whose answer is lost leaves the former primary refusing writes', async () => {
  const { manager, servers, watch } = cluster();
  servers.a.becomes({ standbys: ['b'] });
  await watch(1);
  servers.b.losesAnswerForMs = 10_000;
  const back = expect(manager.failBack('b')).rejects.toThrow('b writes');
  await watch(15);
  await back;
  expect(manager.primary.primary).toBeNull();
  expect(servers.a.refusesWrites).toBe(true);
  await watch(8);
  expect(manager.primary.primary).toBe('b');
});

test.each([
  ['while promotion is held', {}, [] as string[], true],
  ['when promotion is manual', { PROMOTION: 'manual' }, [], false],
  ['without automatic-promotion', {}, ['automatic-promotion'], false],
])('nobody is promoted %s, until an operator says so', async (_, env, off, hold) => {
  const { manager, servers, watch } = cluster(env, off);
  await watch(1);
  if (hold) manager.hold();
  servers.a.away();
  await watch(30);
  expect(manager.primary.primary).toBe('a');
  const failingOver = manager.failOver();
  await vi.advanceTimersByTimeAsync(5000);
  await failingOver;
  expect(manager.primary.primary).toBe('b');
});

test('a former primary that comes back is made anew as a standby, and only then takes its place again', async () => {
  const { manager, servers, rebuilt, watch } = cluster();
  await watch(1);
  servers.a.away();
  await watch(16);
  servers.a.becomes({ inRecovery: false, timeline: 1 });
  await watch(2);
  expect(rebuilt).toContain('a of b');
  await expect(manager.failBack('a')).rejects.toThrow(Refused);
  servers.a.becomes({ inRecovery: true, timeline: 2, position: 50 });
  servers.b.becomes({ inRecovery: false, timeline: 2, position: 50, standbys: ['a'] });
  await watch(1);
  const back = manager.failBack('a');
  expect(manager.primary.primary).toBeNull();
  await vi.advanceTimersByTimeAsync(5000);
  await back;
  expect(servers.b.refused).toBe(true);
  expect(manager.primary).toMatchObject({ term: 3, primary: 'a' });
});

test('without fencing a former primary takes its place with its old data', async () => {
  const { manager, servers, rebuilt, watch } = cluster({}, ['fencing-old-primary']);
  await watch(1);
  servers.a.away();
  await watch(16);
  servers.a.becomes({ inRecovery: false, timeline: 1 });
  await watch(2);
  await manager.failBack('a');
  expect(rebuilt).not.toContain('a of b');
  expect(manager.primary).toMatchObject({ primary: 'a' });
});

test('a failback that breaks off leaves a primary that takes writes', async () => {
  const { manager, servers, watch } = cluster();
  servers.a.becomes({ standbys: ['b'] });
  await watch(1);
  servers.a.breaksHalfWay = true;
  const back = expect(manager.failBack('b')).rejects.toThrow('the connection is lost');
  await vi.advanceTimersByTimeAsync(5000);
  await back;
  expect(servers.a.refused).toBe(true);
  expect(servers.a.refusesWrites).toBe(false);
  expect(manager.primary).toMatchObject({ primary: 'a', phase: 'steady' });
});

test('a primary that a manager before this one has left read-only takes writes again', async () => {
  const { servers, watch } = cluster();
  servers.a.becomes({ refusesWrites: true });
  await watch(2);
  expect(servers.a.refusesWrites).toBe(false);
});

test('the synchronous standby confirms while it streams, and is left out when it has been gone', async () => {
  const { servers, watch } = cluster({ SYNCHRONOUS_STANDBY: 'b' });
  servers.a.becomes({ standbys: ['b'] });
  await watch(2);
  expect(servers.a.synchronous).toBe('b');
  servers.a.becomes({ standbys: [], synchronousStandby: 'b' });
  await watch(9);
  expect(servers.a.synchronous).toBe('b');
  await watch(3);
  expect(servers.a.synchronous).toBe('');
});

/** Three servers, `a` the primary, and a manager whose clock is the test's. */
function cluster(env: Record<string, string> = {}, off: string[] = []) {
  const servers = { a: new Fake('a', false), b: new Fake('b', true), c: new Fake('c', true) };
  const config = failoverConfig({
    SERVERS: 'a=postgres://a/x, b=postgres://b/x, c=postgres://c/x',
    TASK_RUNTIME_URL: 'http://runtime',
    ...env,
  });
  const rebuilt: string[] = [];
  const manager = new Manager({
    config,
    log: pino({ level: 'silent' }),
    safeguards: new Safeguards([AUTOMATIC_PROMOTION, PROMOTION, FENCING], off),
    metrics: createMetrics(new Registry(), ['a', 'b', 'c'], []),
    runtime: { rebuild: async (name, of) => void rebuilt.push(`${name} of ${of}`) },
    servers: Object.values(servers) as unknown as Server[],
  });
  let looking: Promise<void> | undefined;
  // As Periodic does: never twice at once.
  const watch = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      looking ??= manager.poll().finally(() => {
        looking = undefined;
      });
      await vi.advanceTimersByTimeAsync(1000);
    }
  };
  return { manager, servers, rebuilt, watch };
}

const BLANK: Report = {
  inRecovery: true,
  timeline: 1,
  position: 100,
  standbys: [],
  synchronousStandby: '',
  refusesWrites: false,
};

class Fake {
  readonly name: string;
  promoted = false;
  refused = false;
  /** What it is asked for it does, and does not say so. */
  breaksHalfWay = false;
  unreached = false;
  /** It is promoted, and silent for so long from then on. */
  losesAnswerForMs = 0;
  #silentUntil = 0;
  synchronous: string | undefined;
  #report: Report | undefined;

  constructor(name: string, inRecovery: boolean) {
    this.name = name;
    this.#report = { ...BLANK, inRecovery };
  }

  becomes({ standbys, ...now }: Partial<Omit<Report, 'standbys'>> & { standbys?: string[] }): void {
    const base = this.#report ?? BLANK;
    const streams = standbys?.map((name) => ({ name, streaming: true, replayed: 100 }));
    this.#report = { ...base, ...now, ...(streams === undefined ? {} : { standbys: streams }) };
  }

  away(): void {
    this.#report = undefined;
  }

  get refusesWrites(): boolean {
    return this.#report?.refusesWrites === true;
  }

  /** Answers nothing for so long, and goes on meanwhile. */
  silent(ms: number): void {
    this.#silentUntil = performance.now() + ms;
  }

  get probed(): Report | undefined {
    return performance.now() < this.#silentUntil ? undefined : this.#report;
  }

  probe = async (): Promise<Report | undefined> => this.probed;

  promote = async (): Promise<Error | undefined> => {
    if (this.unreached) throw new Error('not reached');
    this.promoted = true;
    this.becomes({ inRecovery: false, timeline: (this.#report?.timeline ?? 1) + 1 });
    if (this.losesAnswerForMs === 0) return undefined;
    this.silent(this.losesAnswerForMs);
    return new Error('Connection terminated');
  };

  refuseWrites = async (): Promise<void> => {
    this.refused = true;
    this.becomes({ refusesWrites: true });
    if (this.breaksHalfWay) throw new Error('the connection is lost');
  };

  takeWrites = async (): Promise<void> => {
    if (this.#report === undefined) throw new Error('away');
    this.becomes({ refusesWrites: false });
  };

  setSynchronousStandby = async (name: string): Promise<void> => {
    this.synchronous = name;
  };
}
