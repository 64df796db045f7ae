import { describe, expect, test } from 'vitest';
import type { Fault, LineResult, Probe, World } from '../../contract/index.ts';
import { kill, operations, polled } from '../../index.ts';
import { executeToy } from '../testing/execute-toy.ts';
import { toyWorld } from '../testing/toy-world.ts';

describe('a run that passes', async () => {
  const { result } = await executeToy();

  test('judges every line of its row', () => {
    expect(result.lines.map(({ reference, verdict }) => `${reference} ${verdict}`)).toEqual([
      'steady[0] pass',
      'witness pass',
      'steady[0].again pass',
      'detection pass',
      'mitigation[0] pass',
      'recovery[0] pass',
      'impact.never[0] pass',
      'impact.maySee pass',
      'alerts pass',
      'invariant:single-holder pass',
      'logs pass',
      'residue pass',
    ]);
    expect(result.verdict).toBe('pass');
  });

  test('fails when a service logged an error that nobody handled', async () => {
    const { result } = await executeToy({ world: toyWorld({ logged: 'Node.js v24.1.0' }) });
    expect(line(result.lines, 'logs')).toMatchObject({
      verdict: 'fail',
      seen: expect.stringContaining('Node.js v24.1.0') as unknown,
    });
    expect(result.verdict).toBe('fail');
  });

  test('stamps its instants', () => {
    const { injected = 0, detected = 0, cleared = 0, recovered = 0 } = result.instants;
    expect(cleared - injected).toBe(60_000);
    expect(detected - injected).toBeLessThanOrEqual(10_000);
    expect(recovered - cleared).toBeLessThanOrEqual(20_000);
  });

  test('has the same trace hash with the same seed and another one with another', async () => {
    const [again, other] = [await executeToy(), await executeToy({ seed: 2 })];
    expect(again.result.traceHash).toBe(result.traceHash);
    expect(other.result.traceHash).not.toBe(result.traceHash);
    expect(again.checkpoints.length).toBeGreaterThan(5);
  });
});

describe('a run that is to be looked at', () => {
  test('is stopped when its clock has come to the instant, and not before', async () => {
    const interrupt = new AbortController();
    const stopped: number[] = [];
    const { result } = await executeToy({
      signal: interrupt.signal,
      stopAt: {
        at: 41_200,
        stop: (now) => {
          stopped.push(now);
          interrupt.abort();
        },
      },
    });
    expect(stopped).toEqual([41_200]);
    expect(result.verdict).toBe('aborted');
    expect(result.simulatedMs).toBe(41_200);
  });

  test('goes on as without when nothing is done there', async () => {
    const [looked, other] = [await executeToy({ stopAt: { at: 41_200, stop: () => {} } }), await executeToy()];
    expect(looked.result.lines).toEqual(other.result.lines);
    expect(looked.result.verdict).toBe('pass');
  });
});

describe('a run fails', () => {
  test('when a mitigation meets a counter-example', async () => {
    const { result } = await executeToy({ sabotage: { kind: 'safeguard-off', safeguard: 'fallback' } });
    expect(result.verdict).toBe('fail');
    expect(red(result.lines)).toEqual(['mitigation[0]', 'impact.never[0]', 'impact.maySee']);
    expect(result.log).not.toEqual([]);
  });

  test('when the alert does not fire, and still judges the rest', async () => {
    const { result } = await executeToy({ sabotage: { kind: 'rule-removed', alert: 'CacheDown' } });
    expect(red(result.lines)).toEqual(['detection']);
    expect(line(result.lines, 'detection').seen).toBe('never: CacheDown did not fire');
    expect(line(result.lines, 'recovery[0]').verdict).toBe('pass');
  });

  test('when another alert fires', async () => {
    const { result } = await executeToy({ world: toyWorld({ alerts: { DiskFull: 50_000 } }) });
    expect(red(result.lines)).toEqual(['alerts']);
    expect(result.otherAlerts).toEqual(['DiskFull']);
  });

  test('unless the row has that alert alongside', async () => {
    const { result } = await executeToy({
      world: toyWorld({ alerts: { DiskFull: 50_000 } }),
      row: { alongside: [{ alert: 'DiskFull', why: 'a test' }] },
    });
    expect(result.verdict).toBe('pass');
    expect(result.alongside).toEqual([{ alert: 'DiskFull', fired: true }]);
  });

  test('when something is left behind', async () => {
    const { result } = await executeToy({ world: toyWorld({ residue: ['a toxic'] }) });
    expect(red(result.lines)).toEqual(['residue']);
  });

  test('when a recovery line does not hold, which waits for its limit and no longer', async () => {
    const { result } = await executeToy({ body: { recovery: { 0: operations('read').resultIs('source', 'moon') } } });
    expect(red(result.lines)).toEqual(['recovery[0]']);
    expect((result.instants.recovered ?? 0) - (result.instants.cleared ?? 0)).toBe(20_000);
  });
});

describe('a run is an error', () => {
  test('when the steady state is not reached, and nothing is injected', async () => {
    const { result } = await executeToy({ body: { steadyState: [operations('read').resultIs('source', 'moon')] } });
    expect(result).toMatchObject({ verdict: 'error', problem: 'the steady state was not reached within 2 min' });
    expect(result.instants.injected).toBeUndefined();
  });

  test('when an alert stands in the steady state', async () => {
    const { result } = await executeToy({ world: toyWorld({ alerts: { DiskFull: 10_000 } }) });
    expect(result).toMatchObject({
      verdict: 'error',
      problem: 'the steady state was not reached within 2 min: the alert DiskFull stands',
    });
  });

  test('when a component never answers its health question', async () => {
    const { result } = await executeToy({ world: toyWorld({ sick: ['server'] }) });
    expect(result.problem).toBe('not healthy 60 s after the start: server');
  });

  test('when a sabotage did not take', async () => {
    const { result } = await executeToy({ sabotage: { kind: 'safeguard-off', safeguard: 'fallbakc' } });
    expect(result.verdict).toBe('error');
    expect(result.problem).toContain('sabotage did not take');
  });

  test('unless its series is only late', async () => {
    const sabotage = { kind: 'safeguard-off', safeguard: 'fallback' } as const;
    const { result } = await executeToy({ world: toyWorld({ unscraped: 3 }), sabotage });
    expect(result.problem).toBeUndefined();
  });

  test('unless that part of it is what the sabotaged safeguard itself makes true', async () => {
    const steadyState = [operations('read').resultIs('source', 'moon'), operations('read').resultIs('source', 'cache')];
    const sabotage = { kind: 'safeguard-off', safeguard: 'fallback', steadyWithout: [0] } as const;
    const { result } = await executeToy({ body: { steadyState }, sabotage });
    expect(line(result.lines, 'steady[1]').verdict).toBe('pass');
    expect(result.lines.map(({ reference }) => reference)).not.toContain('steady[0]');
    expect(red(result.lines)).toContain('mitigation[0]');
  });

  test('when a component is not healed', async () => {
    const { result } = await executeToy({ world: toyWorld({ lost: ['cache'] }) });
    expect(result.problem).toBe('"kill cache" was not healed 120 s after it was lifted');
    expect(line(result.lines, 'recovery[0]').seen).toBe('never: the run did not reach cleared');
  });

  test('when an activity throws', async () => {
    const run = async (): Promise<void> => {
      throw new Error('no such tenant');
    };
    const { result } = await executeToy({ body: { activities: [{ title: 'burst', during: 'fault', run }] } });
    expect(result.problem).toContain('activity "burst": Error: no such tenant');
  });
});

test('a run is given up when an alert fires that it was told to abort on, and what was broken is healed', async () => {
  const { result } = await executeToy({ abortOn: 'CacheDown' });
  expect(result.verdict).toBe('aborted');
  expect(result.problem).toBe('the alert CacheDown fired: --abort-on');
  expect(line(result.lines, 'residue').verdict).toBe('pass');
});

test('a fault without a trace is vacuous, and is healed', async () => {
  const { result } = await executeToy({ world: toyWorld({ immortal: true }) });
  expect(result.verdict).toBe('vacuous');
  expect(line(result.lines, 'witness').seen).toBe('no trace within 10 s');
  expect(line(result.lines, 'residue').verdict).toBe('pass');
});

test('a line that nothing was observed for is unknown', async () => {
  const { result } = await executeToy({ body: { mitigation: { 0: operations('write').allSucceed() } } });
  expect(result.verdict).toBe('unknown');
  expect(line(result.lines, 'mitigation[0]')).toMatchObject({ verdict: 'unknown', seen: 'nothing was observed' });
});

test('an invariant that examined nothing is vacuous', async () => {
  const check = (): { examined: number; violations: [] } => ({ examined: 0, violations: [] });
  const { result } = await executeToy({
    invariants: [{ name: 'single-holder', check, plant: (evidence) => evidence }],
  });
  expect(result.verdict).toBe('vacuous');
});

test('an interrupted run is aborted, healed and looked over for residue', async () => {
  const controller = new AbortController();
  const world = toyWorld({ onTick: (at) => at === 50_000 && controller.abort() });
  const { result } = await executeToy({ world, signal: controller.signal });
  expect(result.verdict).toBe('aborted');
  expect(result.phase).toBe('fault');
  expect(line(result.lines, 'residue').verdict).toBe('pass');
});

test('what nobody waited for and throws makes the run an error, and what was broken is healed', async () => {
  const crashed = new AbortController();
  const world = toyWorld({ onTick: (at) => at === 50_000 && crashed.abort(new Error('no number left')) });
  const { result } = await executeToy({ world, crashed: crashed.signal });
  expect(result.verdict).toBe('error');
  expect(result.problem).toContain('no number left');
  expect(result.phase).toBe('fault');
  expect(line(result.lines, 'residue').verdict).toBe('pass');
});

describe('the operator', () => {
  const restart = {
    title: 'restart the cache',
    run: async ({ running }: { running: { component(name: string): { start(): Promise<void> } } }) =>
      running.component('cache').start(),
  };

  test("ends the fault earlier than its duration: cleared is the restart's instant", async () => {
    const { result } = await executeToy({ body: { operator: { onDetected: restart } } });
    const { injected = 0, cleared = 0, detected = 0 } = result.instants;
    expect(cleared - injected).toBeLessThan(10_000);
    expect(cleared).toBeGreaterThanOrEqual(detected);
  });

  test('does nothing when a sabotage skips the step', async () => {
    const { result } = await executeToy({
      body: { operator: { onDetected: restart } },
      sabotage: { kind: 'operator-skips', step: 'onDetected' },
    });
    expect((result.instants.cleared ?? 0) - (result.instants.injected ?? 0)).toBe(60_000);
  });
});

describe('mutations', () => {
  test('no-fault ends vacuous', async () => {
    const { result } = await executeToy({ mutation: 'no-fault' });
    expect(result.verdict).toBe('vacuous');
  });

  test('no-heal turns each recovery line red, and still leaves no residue', async () => {
    const { result } = await executeToy({ mutation: 'no-heal' });
    expect(red(result.lines)).toContain('recovery[0]');
    expect(line(result.lines, 'residue').verdict).toBe('pass');
  });

  test('plant turns each lasting line red', async () => {
    const { result } = await executeToy({ mutation: 'plant' });
    const planted = result.lines.filter(({ reference }) => reference.startsWith('plant:'));
    expect(planted.map(({ reference, verdict }) => `${reference} ${verdict}`)).toEqual([
      'plant:impact.never[0] pass',
      'plant:impact.maySee pass',
      'plant:alerts pass',
      'plant:invariant:single-holder pass',
    ]);
  });

  test('plant reports an invariant that does not see the violation', async () => {
    const check = (): { examined: number; violations: [] } => ({ examined: 1, violations: [] });
    const { result } = await executeToy({
      mutation: 'plant',
      invariants: [{ name: 'single-holder', check, plant: (evidence) => evidence }],
    });
    expect(line(result.lines, 'plant:invariant:single-holder').verdict).toBe('fail');
  });
});

test('a probe that polls is looked at in its phases only, and at their ends', async () => {
  const probe = polled('cache is dead', 7000, async ({ running }) => {
    const state = running.component('cache').state();
    return { holds: state === 'exited', seen: state };
  });
  const { result, evidence } = await executeToy({ body: { mitigation: { 0: probe } } });
  expect(line(result.lines, 'mitigation[0]').verdict).toBe('pass');
  const looks = evidence.polled['cache is dead'] ?? [];
  expect(looks[0]?.at).toBe(result.instants.injected);
  expect(looks.at(-1)?.at).toBe(result.instants.cleared);
});

test('a steady state that polls is looked at again at the end', async () => {
  const probe = polled('cache runs', 1000, async ({ running }) => {
    const state = running.component('cache').state();
    return { holds: state === 'running', seen: state };
  });
  const { result } = await executeToy({ body: { steadyState: [probe] } });
  expect(line(result.lines, 'steady[0].again').verdict).toBe('pass');
  expect(result.verdict).toBe('pass');
});

test('a kill of a component that is not deployed names those that are', async () => {
  const { result } = await executeToy({ body: { runs: { A: kill('moon').for(1000) } } });
  expect(result.problem).toContain('no component moon; there are server, cache');
});

function red(lines: readonly LineResult[]): readonly string[] {
  return lines.filter(({ verdict }) => verdict === 'fail').map(({ reference }) => reference);
}

function line(lines: readonly LineResult[], reference: string): LineResult {
  const found = lines.find((candidate) => candidate.reference === reference);
  if (!found) throw new Error(`no line ${reference} among ${lines.map((each) => each.reference).join(', ')}`);
  return found;
}

describe('a steady state whose first looks the machine was too busy to judge', () => {
  /** A look each second, which cannot be judged until `judgedFrom`. */
  const busyUntil = (judgedFrom: number): Probe => ({
    title: 'latency',
    observe: async (_evidence, _running, from, to) =>
      Array.from({ length: Math.floor((to - from) / 1000) }, (_, i) => {
        const at = from + i * 1000;
        return { at, holds: true, seen: 'latency', ...(at < judgedFrom ? { unjudged: true } : {}) };
      }),
  });

  test('is waited for until most of its last 30 s could be judged', async () => {
    const { result } = await executeToy({ body: { steadyState: [busyUntil(60_000)] } });
    expect(line(result.lines, 'steady[0]').verdict).toBe('pass');
    expect(result.instants.injected).toBeGreaterThan(60_000 + 15_000 - 1);
  });

  test('is unknown when that does not come in time', async () => {
    const { result } = await executeToy({ body: { steadyState: [busyUntil(Infinity)] } });
    expect(line(result.lines, 'steady[0]').verdict).toBe('unknown');
  });
});

test('an alert that fires before a slow machine has injected all of the fault has been noticed', async () => {
  const whole = kill('cache');
  const slow: Fault = {
    ...whole,
    inject: async (stage) => {
      const active = await whole.inject(stage);
      await stage.running.clock.sleep(20_000);
      return active;
    },
  };
  const { result } = await executeToy({ body: { runs: { A: { fault: slow, lasts: 60_000 } } } });
  const { detected = Infinity, injected = 0 } = result.instants;
  expect(line(result.lines, 'detection').verdict).toBe('pass');
  expect(detected).toBeLessThan(injected);
});

test('a world that cannot tell of alerts any more leaves a run with its problem and what was recorded', async () => {
  const world = toyWorld();
  const failing: World = {
    ...world,
    start: async (...begin) => {
      const running = await world.start(...begin);
      const alerts = (): ReturnType<typeof running.alerts> => {
        if (running.clock.now() > 50_000) throw new Error('Prometheus does not answer');
        return running.alerts();
      };
      return { ...running, alerts };
    },
  };
  const { result, evidence } = await executeToy({ world: failing });
  expect(result.verdict).toBe('error');
  expect(result.problem).toContain('Prometheus does not answer');
  expect(evidence.operations.length).toBeGreaterThan(0);
});
