import type { Node } from 'yaml';
import { parseDuration } from './duration.ts';
import { RuleEngine } from './engine.ts';
import { EvaluationError, PromqlError } from './errors.ts';
import type { Labels } from './labels.ts';
import { evaluate, parseQuery, type Query } from './promql.ts';
import { loadRules, type RuleFile, type RuleGroup } from './rules.ts';
import { parseMetric, parseValues, type Step } from './series-notation.ts';
import { SeriesStore } from './store.ts';
import { YamlSource, type Field } from './yaml-source.ts';

/** What one test of a file came to. */
export interface RuleTestResult {
  /** The test's name, or its number in the file from 1. */
  readonly test: string;
  /** One for each expectation that did not hold; empty when the test passed. */
  readonly problems: readonly string[];
}

interface AlertExpectation {
  readonly atMs: number;
  readonly alert: string;
  /** Canonical texts of labels and annotations. */
  readonly alerts: readonly string[];
}

interface QueryExpectation {
  readonly atMs: number;
  readonly query: Query;
  readonly samples: readonly { readonly labels: Labels; readonly value: number }[];
}

interface RuleTest {
  readonly name: string;
  readonly intervalMs: number;
  readonly series: readonly { readonly labels: Labels; readonly steps: readonly Step[] }[];
  readonly alerts: readonly AlertExpectation[];
  readonly queries: readonly QueryExpectation[];
}

const DEFAULT_INTERVAL_MS = 60_000;

/**
 * Runs a test file of `promtool test rules`. `readRules` gives the text of a rule file as the test file names it.
 * Throws RuleFileError for a file that is malformed or uses what is not supported (external labels).
 */
export function runRuleTests(
  testYamlText: string,
  fileName: string,
  readRules: (path: string) => string,
): readonly RuleTestResult[] {
  const source = new YamlSource(testYamlText, fileName);
  const top = ['rule_files', 'evaluation_interval', 'group_eval_order', 'tests'];
  const fields = source.fields(source.root, 'a test file', top);
  const files = optionalList(source, fields.get('rule_files')).map((node) => {
    const path = source.text(node, 'a rule file');
    return loadRules(readRules(path), path);
  });
  const order = optionalList(source, fields.get('group_eval_order')).map((node) => source.text(node, 'a group'));
  const intervalMs = optionalDuration(source, fields.get('evaluation_interval')) ?? DEFAULT_INTERVAL_MS;
  const tests = optionalList(source, fields.get('tests')).map((node, at) => readTest(source, node, at + 1, intervalMs));
  return tests.map((test) => run(test, ordered(files, order), intervalMs));
}

/** All groups at every evaluation, whatever their interval, as promtool does. */
function ordered(files: readonly RuleFile[], order: readonly string[]): readonly RuleFile[] {
  const rank = (group: RuleGroup): number => (order.includes(group.name) ? order.indexOf(group.name) : order.length);
  const groups = files.flatMap((file) => file.groups).map((group) => ({ ...group, intervalMs: undefined }));
  return [{ fileName: '', groups: groups.toSorted((a, b) => rank(a) - rank(b)) }];
}

function run(test: RuleTest, files: readonly RuleFile[], intervalMs: number): RuleTestResult {
  const store = new SeriesStore();
  for (const { labels, steps } of test.series) {
    const series = store.series(labels);
    for (const [at, step] of steps.entries()) {
      if (step === 'stale') series.markStale(at * test.intervalMs);
      else if (step !== 'missing') series.append(at * test.intervalMs, step);
    }
  }
  const engine = new RuleEngine(files, store);
  const problems: string[] = [];
  const end = Math.max(0, ...test.alerts.map(({ atMs }) => atMs), ...test.queries.map(({ atMs }) => atMs));
  for (let atMs = 0; atMs <= end; atMs += intervalMs) {
    engine.evaluate(atMs);
    // An expectation between two evaluations sees the earlier one.
    const due = ({ atMs: at }: { atMs: number }): boolean => at >= atMs && at < atMs + intervalMs;
    for (const expectation of test.alerts.filter(due)) problems.push(...checkAlerts(engine, expectation));
  }
  for (const expectation of test.queries) problems.push(...checkQuery(store, expectation));
  return { test: test.name, problems };
}

function checkAlerts(engine: RuleEngine, { atMs, alert, alerts }: AlertExpectation): string[] {
  const firing = engine.active().filter((active) => active.alert === alert && active.state === 'firing');
  const got = firing.map(({ labels, annotations }) => canonical(labels.toRecord(), annotations)).toSorted();
  const expected = alerts.toSorted();
  if (JSON.stringify(got) === JSON.stringify(expected)) return [];
  return [`${alert} at ${atMs / 1000}s: expected ${list(expected)}, got ${list(got)}`];
}

function checkQuery(store: SeriesStore, { atMs, query, samples }: QueryExpectation): string[] {
  const show = ({ labels, value }: { labels: Labels | undefined; value: number }): string =>
    `${labels?.toString() ?? '{}'} ${value}`;
  const expected = samples.map(show).toSorted();
  try {
    const result = evaluate(query, store, atMs);
    const elements = result.type === 'vector' ? result.samples : [{ labels: undefined, value: result.value }];
    const got = elements.map(show).toSorted();
    if (JSON.stringify(got) === JSON.stringify(expected)) return [];
    return [`${query.text} at ${atMs / 1000}s: expected ${list(expected)}, got ${list(got)}`];
  } catch (cause) {
    if (!(cause instanceof EvaluationError)) throw cause;
    return [`${query.text} at ${atMs / 1000}s: expected ${list(expected)}, got an error: ${cause.message}`];
  }
}

function list(texts: readonly string[]): string {
  return texts.length === 0 ? 'nothing' : texts.join(', ');
}

function canonical(labels: Readonly<Record<string, string>>, annotations: Readonly<Record<string, string>>): string {
  const sorted = [labels, annotations].map((record) =>
    Object.entries(record)
      .filter(([, value]) => value !== '')
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
  return JSON.stringify(sorted);
}

function readTest(source: YamlSource, node: Node, number: number, evaluationMs: number): RuleTest {
  const known = ['name', 'interval', 'input_series', 'alert_rule_test', 'promql_expr_test'];
  const fields = source.fields(node, 'a test', known);
  const name = fields.get('name');
  return {
    name: name === undefined ? String(number) : source.text(name.value, 'name'),
    intervalMs: optionalDuration(source, fields.get('interval')) ?? evaluationMs,
    series: optionalList(source, fields.get('input_series')).map((series) => readSeries(source, series)),
    alerts: optionalList(source, fields.get('alert_rule_test')).map((test) => readAlertTest(source, test)),
    queries: optionalList(source, fields.get('promql_expr_test')).map((test) => readQueryTest(source, test)),
  };
}

function readSeries(source: YamlSource, node: Node): RuleTest['series'][number] {
  const fields = source.fields(node, 'an input series', ['series', 'values']);
  return {
    labels: at(source, fields.get('series'), node, parseMetric),
    steps: at(source, fields.get('values'), node, parseValues),
  };
}

function readAlertTest(source: YamlSource, node: Node): AlertExpectation {
  const fields = source.fields(node, 'an alert test', ['eval_time', 'alertname', 'exp_alerts']);
  const alert = at(source, fields.get('alertname'), node, (text) => text);
  const alerts = optionalList(source, fields.get('exp_alerts')).map((expected) => {
    const parts = source.fields(expected, 'an expected alert', ['exp_labels', 'exp_annotations']);
    const labels = { ...record(source, parts.get('exp_labels')), alertname: alert };
    return canonical(labels, record(source, parts.get('exp_annotations')));
  });
  return { atMs: optionalDuration(source, fields.get('eval_time')) ?? 0, alert, alerts };
}

function readQueryTest(source: YamlSource, node: Node): QueryExpectation {
  const fields = source.fields(node, 'a query test', ['expr', 'eval_time', 'exp_samples']);
  const samples = optionalList(source, fields.get('exp_samples')).map((sample) => {
    const parts = source.fields(sample, 'an expected sample', ['labels', 'value']);
    const value = at(source, parts.get('value'), sample, yamlNumber);
    return { labels: at(source, parts.get('labels'), sample, parseMetric), value };
  });
  const query = at(source, fields.get('expr'), node, parseQuery);
  return { atMs: optionalDuration(source, fields.get('eval_time')) ?? 0, query, samples };
}

/** A number as YAML writes it. */
function yamlNumber(text: string): number {
  const infinite = /^([+-]?)\.?inf$/i.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isNaN(value)) throw new Error(`${JSON.stringify(text)} is no value`);
  return value;
}

/** Reads a required field; what its reader throws gets its place. */
function at<T>(source: YamlSource, field: Field | undefined, node: Node, read: (text: string) => T): T {
  if (field?.value === undefined)
    throw source.error(node, 'a field is missing: series, values, alertname, expr, labels or value');
  try {
    return read(source.text(field.value, field.name));
  } catch (cause) {
    if (!(cause instanceof PromqlError) && (!(cause instanceof Error) || cause.constructor !== Error)) throw cause;
    throw source.error(field.value, cause.message);
  }
}

function optionalList(source: YamlSource, field: Field | undefined): Node[] {
  return field?.value === undefined ? [] : source.list(field.value, field.name);
}

function optionalDuration(source: YamlSource, field: Field | undefined): number | undefined {
  if (field?.value === undefined) return undefined;
  const value = parseDuration(source.text(field.value, field.name));
  if (value === undefined) throw source.error(field.value, `${field.name} is no duration`);
  return value;
}

function record(source: YamlSource, field: Field | undefined): Record<string, string> {
  if (field?.value === undefined) return {};
  const pairs = source.strings(field.value, field.name).map(({ name, value }) => [name, source.text(value, name)]);
  return Object.fromEntries(pairs);
}
