import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { EvaluationError, evaluate, parseQuery, type Query } from './promql.ts';
import { runRuleTests } from './ruletests.ts';
import { parseMetric, parseValues } from './series-notation.ts';
import { SeriesStore } from './store.ts';
import { promtool, promtoolInstalled, withFiles } from './testing/promtool.ts';
import { inputSeries, query, type InputSeries } from './testing/random-queries.ts';

const installed = promtoolInstalled();
/** `FUZZ_SECONDS=300 FUZZ_SEED=7` looks for longer and elsewhere. */
const seconds = Number(process.env['FUZZ_SECONDS'] ?? 12);
const seed = Number(process.env['FUZZ_SEED'] ?? 20_260_101);
const INTERVAL_MS = 30_000;

function load(input: readonly InputSeries[]): SeriesStore {
  const store = new SeriesStore();
  for (const { series: metric, values } of input) {
    const series = store.series(parseMetric(metric));
    for (const [at, step] of parseValues(values).entries()) {
      if (step === 'stale') series.markStale(at * INTERVAL_MS);
      else if (step !== 'missing') series.append(at * INTERVAL_MS, step);
    }
  }
  return store;
}

interface Expectation {
  readonly expr: string;
  readonly eval_time: string;
  readonly exp_samples: readonly { readonly labels: string; readonly value: number }[];
}

function samples(query: Query, store: SeriesStore, atMs: number): Expectation['exp_samples'] {
  const result = evaluate(query, store, atMs);
  const elements = result.type === 'vector' ? result.samples : [];
  return elements
    .map(({ labels, value }) => ({ labels: labels.toString(), value }))
    .toSorted((a, b) => (a.labels < b.labels ? -1 : 1));
}

function permutations<T>(items: readonly T[]): (readonly T[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}

/** A store for each order of the series of `a` and of `b`. */
function loadInEachOrder(input: readonly InputSeries[]): readonly SeriesStore[] {
  const named = (name: string): InputSeries[] => input.filter(({ series }) => series.startsWith(`${name}{`));
  const rest = input.filter(({ series }) => !/^[ab]\{/.test(series));
  return permutations(named('a')).flatMap((as) => permutations(named('b')).map((bs) => load([...as, ...bs, ...rest])));
}

/**
 * Our result as promtool's expectation; none where an expectation cannot say it: errors, NaN, which is equal to
 * nothing, and sums whose last bit depends on the order of the series, which is random in promtool.
 */
function expectation(text: string, stores: readonly SeriesStore[], atSeconds: number): Expectation | undefined {
  const query = parseQuery(text);
  try {
    const results = stores.map((store) => samples(query, store, atSeconds * 1000));
    const [first = []] = results;
    if (new Set(results.map((result) => JSON.stringify(result))).size > 1) return undefined;
    if (first.some(({ value }) => Number.isNaN(value))) return undefined;
    return { expr: text, eval_time: `${atSeconds}s`, exp_samples: first };
  } catch (cause) {
    if (cause instanceof EvaluationError) return undefined;
    throw cause;
  }
}

describe.skipIf(!installed)('promtool agrees', () => {
  test(
    'with the value of random queries over random series, to the last bit',
    { timeout: (seconds + 60) * 1000 },
    async () => {
      let checked = 0;
      const questions = fc.array(fc.tuple(query, fc.nat(1500)), { minLength: 20, maxLength: 40 });
      const property = fc.asyncProperty(inputSeries, questions, async (input, asked) => {
        const stores = loadInEachOrder(input);
        const expected = asked.flatMap(([text, at]) => expectation(text, stores, at) ?? []);
        checked += expected.length;
        const text = stringify({
          evaluation_interval: '1m',
          tests: [{ interval: '30s', input_series: input, promql_expr_test: expected }],
        });
        await withFiles({ 'test.yaml': text }, async (folder) => {
          expect(await promtool('test', 'rules', `${folder}/test.yaml`)).toBe('');
        });
        expect(runRuleTests(text, 'test.yaml', () => '').flatMap(({ problems }) => problems)).toEqual([]);
      });
      const begun = performance.now();
      for (let round = seed; performance.now() - begun < seconds * 1000; round += 1) {
        await fc.assert(property, { seed: round, numRuns: 5, endOnFailure: true });
      }
      expect(checked).toBeGreaterThan(200);
    },
  );
});
