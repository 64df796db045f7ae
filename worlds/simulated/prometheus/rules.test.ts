import { describe, expect, test } from 'vitest';
import { RuleEngine } from './engine.ts';
import { parseExposition } from './exposition.ts';
import { loadRules, RuleFileError, withoutAlert } from './rules.ts';
import { runRuleTests } from './ruletests.ts';
import { SeriesStore } from './store.ts';

const TARGET = { job: 'j', instance: 'i' };

function group(rules: string): string {
  return `groups:\n  - name: g\n    rules:\n${rules.replace(/^/gm, '      ')}\n`;
}

describe('a rule file is refused with file, line and column', () => {
  test.each([
    ['groups: [', 'r.yaml:1:'],
    [
      'groups:\n  - name: g\n    limit: 3\n    rules: []\n',
      'r.yaml:3:5: a group has no field "limit"; supported are name, interval, rules',
    ],
    [group('- alert: A\n  expr: nosuch(x)'), 'r.yaml:5:15: there is no function nosuch'],
    [group('- alert: A\n  expr: up == 0\n  for: 5 minutes'), 'r.yaml:6:14: "5 minutes" is no duration'],
    [group('- record: a-b\n  expr: up'), 'r.yaml:4:17: a-b is no metric name'],
    [group('- record: a\n  expr: up\n  for: 1m'), 'r.yaml:6:9: a recording rule has no field "for"'],
    [group('- expr: up'), 'r.yaml:4:9: a rule must have one of record and alert'],
    [group('- alert: A'), 'r.yaml:4:9: a rule must have a expr'],
    [group('- alert: A\n  expr: up\n  labels: { "a-b": x }'), 'r.yaml:6:19: "a-b" is no label name'],
    [
      group('- alert: A\n  expr: up\n  annotations: { s: "{{ query `up` }}" }'),
      'r.yaml:6:27: the template {{ query `up` }} is not supported',
    ],
    [group('- { alert: A, expr: up }\n- { alert: A, expr: up > 1 }'), 'is there twice in the group g'],
    ['groups:\n  - { name: g, rules: [] }\n  - { name: g, rules: [] }\n', 'r.yaml:3:5: the group "g" is there twice'],
  ])('%j', (text, message) => {
    expect(() => loadRules(text, 'r.yaml')).toThrow(RuleFileError);
    expect(() => loadRules(text, 'r.yaml')).toThrow(message);
  });
});

/** What happens when `value` is scraped and rules are evaluated each 2 s; undefined for a failed scrape. */
function play(rules: string, values: readonly (number | undefined)[]): string[] {
  const store = new SeriesStore();
  const engine = new RuleEngine([loadRules(rules, 'r.yaml')], store);
  return values.flatMap((value, at) => {
    if (value === undefined) store.fail(TARGET, at * 2000);
    else store.append(parseExposition(`m{x="1"} ${value}\n`), TARGET, at * 2000);
    return engine.evaluate(at * 2000).map(({ alert, state, at: atMs }) => `${atMs / 1000} ${alert} ${state}`);
  });
}

describe('an alert', () => {
  test('without `for` fires at once and is resolved when its condition ceases', () => {
    const rules = group('- { alert: A, expr: m > 1 }');
    expect(play(rules, [0, 5, 5, 0, 0])).toEqual(['2 A firing', '6 A resolved']);
  });

  test('with `for` is pending first, and a gap begins it anew', () => {
    const rules = group('- { alert: A, expr: m > 1, for: 4s }');
    expect(play(rules, [5, 5, 0, 5, 5, 5, 0])).toEqual(['0 A pending', '6 A pending', '10 A firing', '12 A resolved']);
  });

  test('with keep_firing_for outlives short gaps', () => {
    const rules = group('- { alert: A, expr: m > 1, keep_firing_for: 4s }');
    expect(play(rules, [5, 0, 5, 0, 0, 0])).toEqual(['0 A firing', '10 A resolved']);
  });

  test('carries labels, rendered annotations, severity and the instant', () => {
    const store = new SeriesStore();
    const text = group(
      '- alert: A\n  expr: m > 1\n  labels: { severity: page }\n  annotations: { s: "{{ $labels.x }} at {{ $value }}", p: \'{{ printf "%.1f" $value }}\' }',
    );
    const engine = new RuleEngine([loadRules(text, 'r.yaml')], store);
    store.append(parseExposition('m{x="one"} 2.25\n'), TARGET, 500);
    expect(engine.evaluate(1000)).toEqual([
      {
        alert: 'A',
        state: 'firing',
        severity: 'page',
        at: 1000,
        labels: { alertname: 'A', severity: 'page', x: 'one', ...TARGET },
        annotations: { s: 'one at 2.25', p: '2.2' },
      },
    ]);
  });

  test('that is taken out does not fire, and the others do', () => {
    const file = loadRules(group('- { alert: A, expr: up == 0 }\n- { alert: B, expr: up == 0 }'), 'r.yaml');
    const store = new SeriesStore();
    store.fail(TARGET, 0);
    const changes = new RuleEngine([withoutAlert(file, 'A')], store).evaluate(0);
    expect(changes.map(({ alert }) => alert)).toEqual(['B']);
  });
});

test('a group is evaluated at its interval', () => {
  const rules = 'groups:\n  - name: g\n    interval: 4s\n    rules:\n      - { alert: A, expr: m > 1 }\n';
  expect(play(rules, [0, 5, 5, 0, 0])).toEqual(['4 A firing', '8 A resolved']);
});

test('a rule sees what a recording rule before it wrote at the same instant', () => {
  const rules = group('- { record: "j:m:sum", expr: sum by (job) (m) }\n- { alert: A, expr: "j:m:sum > 1" }');
  expect(play(rules, [0, 5, undefined])).toEqual(['2 A firing', '4 A resolved']);
});

describe('rule tests', () => {
  const rules = group('- { alert: A, expr: m > 1, for: 1m }');
  const file = (expected: string): string =>
    `rule_files: [r.yaml]\nevaluation_interval: 30s\ntests:\n  - interval: 30s\n    input_series:\n      - { series: 'm{x="1"}', values: '0x1 5x3 _ stale' }\n    alert_rule_test:\n      - { eval_time: 2m, alertname: A, exp_alerts: [${expected}] }\n`;

  test('pass when what they expect happens', () => {
    expect(runRuleTests(file('{ exp_labels: { x: 1 } }'), 't.yaml', () => rules)).toEqual([
      { test: '1', problems: [] },
    ]);
  });

  test('say what was expected and what came', () => {
    const [result] = runRuleTests(file('{ exp_labels: { x: 2 } }'), 't.yaml', () => rules);
    expect(result?.problems).toHaveLength(1);
    expect(result?.problems[0]).toMatch(/^A at 120s: expected .*"x","2".*, got .*"x","1"/);
  });

  test('refuse a field that they do not know', () => {
    expect(() => runRuleTests('tests:\n  - { external_labels: {} }\n', 't.yaml', () => rules)).toThrow(
      't.yaml:2:7: a test has no field "external_labels"',
    );
  });
});
