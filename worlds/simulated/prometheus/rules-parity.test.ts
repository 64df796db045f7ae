import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { RuleEngine } from './engine.ts';
import { evaluate, parseQuery } from './promql.ts';
import { loadRules } from './rules.ts';
import { runRuleTests } from './ruletests.ts';
import { parseMetric, parseValues } from './series-notation.ts';
import { SeriesStore } from './store.ts';
import { promtool, promtoolInstalled, withFiles } from './testing/promtool.ts';
import { inputSeries, type InputSeries } from './testing/random-queries.ts';

const installed = promtoolInstalled();
const seconds = Number(process.env['FUZZ_SECONDS'] ?? 6);
const seed = Number(process.env['FUZZ_SEED'] ?? 20_260_101);
const SERIES_INTERVAL_S = 30;
const EVALUATION_INTERVAL_S = 15;
const root = path.resolve(import.meta.dirname, '../../..');

const RULES = `
groups:
  - name: one
    rules:
      - { record: x:b:sum, expr: sum by (x) (b), labels: { from: record } }
      - alert: High
        expr: a > 3
        for: 1m
        labels: { severity: 'page-{{ $labels.x }}' }
        annotations: { summary: '{{ $labels.x }} of {{ .Labels.y }} is {{ $value }}, {{ $value | humanize }}' }
      - alert: Growing
        expr: rate(a[2m]) > 0.05
        keep_firing_for: 1m
        annotations: { a: '{{ printf "%.3f/s" $value }}', b: '{{ $value | humanizePercentage }}' }
  - name: two
    rules:
      - { alert: Recorded, expr: 'x:b:sum{from="record"} >= 10', for: 45s, annotations: { d: '{{ humanizeDuration $value }}' } }
      - { alert: Gone, expr: 'absent(c) or absent(b{x="1"})', labels: { severity: ticket } }
      - { alert: Both, expr: 'ALERTS{alertname="High", alertstate="firing"} and on (x) b' }
`;
const ALERTS = ['High', 'Growing', 'Recorded', 'Gone', 'Both'];
const QUERIES = ['ALERTS', 'x:b:sum', 'count(ALERTS{alertstate="pending"})', 'ALERTS_FOR_STATE'];

/** What our engine says at each of the times, as a test file of promtool. */
function testFile(input: readonly InputSeries[], times: readonly number[]): string {
  const store = new SeriesStore();
  for (const { series: metric, values } of input) {
    const series = store.series(parseMetric(metric));
    for (const [at, step] of parseValues(values).entries()) {
      if (step === 'stale') series.markStale(at * SERIES_INTERVAL_S * 1000);
      else if (step !== 'missing') series.append(at * SERIES_INTERVAL_S * 1000, step);
    }
  }
  const engine = new RuleEngine([loadRules(RULES, 'rules.yaml')], store);
  const alertTests: unknown[] = [];
  const queryTests: unknown[] = [];
  for (let at = 0; at <= Math.max(...times); at += EVALUATION_INTERVAL_S) {
    engine.evaluate(at * 1000);
    if (!times.includes(at)) continue;
    for (const alertname of ALERTS) {
      const firing = engine.active().filter(({ alert, state }) => alert === alertname && state === 'firing');
      alertTests.push({
        eval_time: `${at}s`,
        alertname,
        exp_alerts: firing.map(({ labels, annotations }) => ({
          exp_labels: labels.without(['alertname']).toRecord(),
          exp_annotations: annotations,
        })),
      });
    }
    for (const expr of QUERIES) {
      const result = evaluate(parseQuery(expr), store, at * 1000);
      const samples = result.type === 'vector' ? result.samples : [];
      queryTests.push({
        expr,
        eval_time: `${at}s`,
        exp_samples: samples.map(({ labels, value }) => ({ labels: labels.toString(), value })),
      });
    }
  }
  return stringify({
    rule_files: ['rules.yaml'],
    group_eval_order: ['one', 'two'], // promtool's own is random
    evaluation_interval: `${EVALUATION_INTERVAL_S}s`,
    tests: [
      {
        interval: `${SERIES_INTERVAL_S}s`,
        input_series: input,
        alert_rule_test: alertTests,
        promql_expr_test: queryTests,
      },
    ],
  });
}

describe.skipIf(!installed)('promtool agrees', () => {
  test('with alerts and recordings over random series', { timeout: (seconds + 60) * 1000 }, async () => {
    let firing = 0;
    const times = fc.array(
      fc.nat(60).map((step) => step * EVALUATION_INTERVAL_S),
      { minLength: 1, maxLength: 12 },
    );
    const property = fc.asyncProperty(inputSeries, times, async (input, at) => {
      const text = testFile(input, at);
      firing += text.split('exp_labels').length - 1;
      await withFiles({ 'rules.yaml': RULES, 'test.yaml': text }, async (folder) => {
        expect(await promtool('test', 'rules', `${folder}/test.yaml`)).toBe('');
      });
      expect(runRuleTests(text, 'test.yaml', () => RULES).flatMap(({ problems }) => problems)).toEqual([]);
    });
    const begun = performance.now();
    for (let round = seed; performance.now() - begun < seconds * 1000; round += 1) {
      await fc.assert(property, { seed: round, numRuns: 5, endOnFailure: true });
    }
    expect(firing).toBeGreaterThan(50);
  });
});

describe("the system's own rules", () => {
  const files = globSync('system/**/alerts/*.test.yaml', { cwd: root });

  test('have tests', () => {
    expect(files).not.toEqual([]);
  });

  test.each(files)('%s passes here', (file) => {
    const readRules = (name: string): string => readFileSync(path.resolve(root, path.dirname(file), name), 'utf8');
    const results = runRuleTests(readFileSync(path.join(root, file), 'utf8'), file, readRules);
    expect(results.length).toBeGreaterThan(0);
    expect(results.filter(({ problems }) => problems.length > 0)).toEqual([]);
  });

  test.skipIf(!installed).each(files)('%s passes in promtool', async (file) => {
    expect(await promtool('test', 'rules', path.join(root, file))).toBe('');
  });
});
