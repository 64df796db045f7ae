import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Arguments, ExplorationCase, ExplorationModel, Topology } from '../../contract/index.ts';
import { readCounterexample, writeCounterexample } from './counterexample.ts';
import { caseSeed, drawCase, topologyOf } from './draw.ts';
import { explore } from './explore.ts';
import type { ExploreOptions } from './explore.ts';
import type { CaseOutcome } from './worker-job.ts';
import { unrun } from './testing.ts';

test('one seed gives one case, another seed another one', () => {
  const seeds = [0, 1, 2].map((index) => caseSeed(7, index));
  const cases = seeds.map((seed) => drawCase(model, { seed }));
  expect(seeds.map((seed) => drawCase(model, { seed }))).toEqual(cases);
  expect(new Set(cases.map((each) => JSON.stringify(each))).size).toBe(3);
});

test('the first runs meet each topology once, the heaviest first; later rounds meet them by weight', () => {
  const topologies = [9, 1, 2].map((weight, n) => ({ ...(model.topologies[0] as Topology), name: `t${n}`, weight }));
  const dealt = (seed: number): readonly string[] =>
    Array.from({ length: 15 }, (_, index) => topologyOf({ ...model, topologies }, seed, index));
  for (const seed of [1, 2, 3]) {
    expect(dealt(seed).slice(0, 3)).toEqual(['t0', 't2', 't1']);
    const later = Map.groupBy(dealt(seed).slice(3), (name) => name);
    expect([...later].map(([name, { length }]) => `${name} ${length}`).toSorted()).toEqual(['t0 9', 't1 1', 't2 2']);
  }
  expect(dealt(1)).toEqual(dealt(1));
  expect(dealt(1)).not.toEqual(dealt(2));
});

test('only the kinds of fault that were asked for are drawn', () => {
  const kinds = Array.from({ length: 50 }, (_, seed) => drawCase(model, { seed, faults: ['kill'] })).flatMap(
    ({ faults }) => faults.map(({ kind }) => kind),
  );
  expect(new Set(kinds)).toEqual(new Set(['kill']));
});

test('workload and faults are made small together, and the least that fails is left', async () => {
  const { found } = await explore({ ...options, runs: 200 });
  const [first] = found;
  expect(first?.confirmed).toBe(true);
  expect(first?.minimal).toBe(true);
  expect(first?.case).toMatchObject({
    topology: 'small',
    slowLinks: [],
    commands: [{ at: 0, client: 0, name: 'write', arguments: { value: 3 } }],
    faults: [{ kind: 'kill', lastsMs: 100 }],
  });
});

test('what is found does not depend on how many run at a time', async () => {
  const cases = await Promise.all([1, 4].map((jobs) => explore({ ...options, runs: 200, workers: runner(jobs) })));
  const [one, four] = cases.map(({ found }) => found[0]);
  expect(four?.case).toEqual(one?.case);
});

test('a failure that takes another course when run again is not confirmed', async () => {
  let run = 0;
  const workers = {
    jobs: 1,
    run: async ({ case: drawn }: { case: ExplorationCase }) => ({ ...outcomeOf(drawn), hash: `${(run += 1)}` }),
  };
  const { found } = await explore({ ...options, runs: 200, workers });
  expect(found[0]?.confirmed).toBe(false);
});

test('what was given up by impatience is run again with all its time, and only that is the verdict', async () => {
  const hasty = { failures: [{ check: 'convergence:x', what: 'late' }], givenUp: true };
  const workers = (slow: boolean): ExploreOptions['workers'] => ({
    jobs: 1,
    run: async ({ case: drawn, impatient = false }) => {
      const { commands } = drawn;
      const stuck = { ...outcomeOf(drawn), ...hasty, givenUp: impatient, hash: `${commands.length} ${impatient}` };
      // A run of few commands comes true if it is given its time.
      const comesTrue = slow || commands.length < 3;
      return comesTrue && !impatient ? { ...stuck, failures: [] } : stuck;
    },
  });
  expect((await explore({ ...options, runs: 5, workers: workers(true) })).found).toEqual([]);
  const { found } = await explore({ ...options, runs: 5, workers: workers(false) });
  expect(found[0]?.case.commands.length).toBeGreaterThanOrEqual(3);
  expect(found[0]).toMatchObject({ confirmed: true, outcome: { givenUp: false }, minimal: false });
});

test('commands that the failure does not speak of are tried away first', async () => {
  const sizes: number[] = [];
  const workers: ExploreOptions['workers'] = {
    jobs: 1,
    run: async ({ case: drawn }) => {
      const sevens = drawn.commands.flatMap(({ arguments: { value } }, i) => (value === 7 ? [i] : []));
      sizes.push(drawn.commands.length);
      const failures = sevens.length === 0 ? [] : [{ check: 'toy', what: '7 is lost' }];
      return { ...outcomeOf(drawn), failures, concerned: { toy: sevens } };
    },
  };
  const [found] = (await explore({ ...options, runs: 40, workers })).found;
  const at = sizes.indexOf(found?.drawn.commands.length ?? 0);
  expect(sizes.slice(at + 1)[0]).toBeLessThan(4);
  expect(found?.case.commands).toHaveLength(1);
});

test('runs that pass are tallied: points, coverage, one hash for all', async () => {
  const { found, tally } = await explore({ ...options, runs: 30, draw: { faults: [] } });
  expect(found).toEqual([]);
  const { runs, reached, cells, uncovered } = tally.counts;
  expect({ runs, cells, uncovered }).toEqual({ runs: 30, cells: 4, uncovered: 4 });
  expect(reached).toEqual({ 'something is written': 30 });
});

test('a counterexample is read as it was written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'counterexample-'));
  try {
    const file = join(folder, 'found.json');
    const written = {
      format: 1,
      kind: 'faultline-counterexample',
      failure: { check: 'invariant:x', what: 'a "quoted" word' },
      hash: 'abc',
      code: 'def',
      case: drawCase(model, { seed: 1, planted: 'bug' }),
    } as const;
    writeCounterexample(file, written);
    expect(readCounterexample(file)).toEqual(written);
    expect(readFileSync(file, 'utf8').split('\n').length).toBeGreaterThan(written.case.commands.length);
    expect(readCounterexample(join(import.meta.dirname, 'explore.ts'))).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what fails where something lay in wait counts when it fails again as a case of its own, with what came', async () => {
  const { write } = model.commands;
  if (write === undefined) throw new Error('the toy writes nothing');
  const writing = { ...model, commands: { ...model.commands, write: { ...write, writes: true } } };
  const searched = (fails: boolean) =>
    explore({
      ...options,
      model: writing,
      changed: { loadedBy: new Set(['a']), stores: new Set() },
      runs: 12,
      workers: {
        jobs: 1,
        run: async ({ case: drawn, lurking }) => {
          if (lurking !== undefined) {
            const faults = lurking.flatMap((each) => ('fault' in each ? [{ ...each.fault, at: 7 }] : [])).slice(0, 1);
            const commands = [{ at: 7, client: 0, name: 'write', arguments: { value: 1 } }];
            return { ...outcomeOf(drawn), failures: [{ check: 'x', what: 'lost' }], sprung: { faults, commands } };
          }
          const called = drawn.commands.some(({ at }) => at === 7);
          const came = called && drawn.faults.some(({ at, targets }) => at === 7 && targets[0] === 'a');
          return { ...outcomeOf(drawn), failures: fails && came ? [{ check: 'x', what: 'lost' }] : [] };
        },
      },
    });
  expect((await searched(false)).found).toEqual([]);
  const [found] = (await searched(true)).found;
  expect(found).toMatchObject({ confirmed: true, drawn: { faults: [{ at: 7, targets: ['a'] }] } });
});

const small = {
  name: 'small',
  weight: 1,
  needs: ['a'],
  commands: ['write', 'read'],
  faults: [{ kind: 'kill', targets: [['a'], ['b']], lastsMs: { from: 10, to: 1000 } }],
  links: [['a', 'b']],
  invariants: [],
} as const;

const model: ExplorationModel = {
  system: 'toy',
  topologies: [
    { ...small, name: 'large', needs: ['a', 'b'], faults: [...small.faults, { ...small.faults[0], kind: 'pause' }] },
    small,
  ],
  commands: {
    write: { weight: 2, arguments: fc.record({ value: fc.nat({ max: 20 }) }) as fc.Arbitrary<Arguments> },
    read: { weight: 2, arguments: fc.record({}) as fc.Arbitrary<Arguments> },
  },
  clientsMax: 3,
  ...unrun,
  sometimes: { 'something is written': () => true },
};

/** Fails when a value of at least 3 is written and something is killed for 100 ms or more. */
function outcomeOf(drawn: ExplorationCase): CaseOutcome {
  const bad =
    drawn.commands.some(({ arguments: { value } }) => Number(value) >= 3) &&
    drawn.faults.some(({ kind, lastsMs }) => kind === 'kill' && lastsMs >= 100);
  return {
    failures: bad ? [{ check: 'toy', what: 'lost' }] : [],
    aborted: false,
    hash: JSON.stringify(drawn),
    operations: drawn.commands.length,
    faults: [],
    reached: ['something is written'],
    virtualMs: 1,
    wallMs: 1,
    log: [],
  };
}

const runner = (jobs: number): ExploreOptions['workers'] => ({
  jobs,
  run: async ({ case: drawn }) => outcomeOf(drawn),
});

const options: ExploreOptions = {
  model,
  workers: runner(1),
  seed: 1,
  draw: {},
  shrinkLimitMs: 30_000,
  failuresMax: 1,
  stopped: () => false,
};
