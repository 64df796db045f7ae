import { describe, expect, test } from 'vitest';
import { AlertHistory } from './alert-history.ts';
import { labelKey } from './prometheus.ts';
import type { RuleState, Sample } from './prometheus.ts';

const INTERVAL_MS = 200;
const NO_ANNOTATIONS: RuleState['annotations'] = new Map();

function series(alertstate: string, ...instants: readonly number[]): Sample {
  const labels = { __name__: 'ALERTS', alertname: 'RedisDown', alertstate, instance: 'a' };
  return { labels, values: instants.map((at) => [at, 1] as const) };
}

function evaluated(lastEvaluation: number, annotations = NO_ANNOTATIONS): RuleState {
  return { lastEvaluation, annotations };
}

/** States with the instants that the history gives them; the run's time is the wall clock's times 10. */
function changes(history: AlertHistory): readonly (readonly [string, number])[] {
  return history.changes.map(({ state, at }) => [state, at]);
}

describe('the history of alerts', () => {
  const begin = (): AlertHistory => new AlertHistory(INTERVAL_MS, (wall) => wall * 10);

  test('stamps each change with the evaluation that made it, not with the poll that found it', () => {
    const history = begin();
    history.add([series('pending', 1000, 1200), series('firing', 1400, 1600)], evaluated(1605));
    expect(changes(history)).toEqual([
      ['pending', 10_000],
      ['firing', 14_000],
    ]);
  });

  test('tells of a change once, however often its samples are read', () => {
    const history = begin();
    history.add([series('firing', 1000)], evaluated(1005));
    history.add([series('firing', 1000, 1200)], evaluated(1205));
    expect(changes(history)).toEqual([['firing', 10_000]]);
  });

  test('resolves an alert at the first evaluation that did not write it', () => {
    const history = begin();
    history.add([series('firing', 1000)], evaluated(1005));
    history.add([series('firing', 1000)], evaluated(1205));
    expect(changes(history)).toEqual([
      ['firing', 10_000],
      ['resolved', 12_000],
    ]);
  });

  test('does not resolve an alert while no later evaluation is known', () => {
    const history = begin();
    history.add([series('firing', 1000)], evaluated(1005));
    history.add([], evaluated(1005));
    history.add([], { lastEvaluation: undefined, annotations: NO_ANNOTATIONS });
    expect(changes(history)).toEqual([['firing', 10_000]]);
  });

  test('fires again after it was resolved', () => {
    const history = begin();
    history.add([series('firing', 1000)], evaluated(1205));
    history.add([series('firing', 1000, 2000)], evaluated(2005));
    expect(changes(history).map(([state]) => state)).toEqual(['firing', 'resolved', 'firing']);
  });

  test('is annotated by the next reading of the rules where the first came too early', () => {
    const history = begin();
    history.add([series('firing', 1000)], evaluated(1005));
    const annotations = new Map([[labelKey({ alertname: 'RedisDown', instance: 'a' }), { summary: 'away' }]]);
    history.add([series('firing', 1000, 1200)], evaluated(1205, annotations));
    expect(history.changes.map((change) => change.annotations)).toEqual([{ summary: 'away' }]);
  });

  test("has the alert's own labels and annotations", () => {
    const history = begin();
    const annotations = new Map([[labelKey({ alertname: 'RedisDown', instance: 'a' }), { summary: 'away' }]]);
    history.add([series('firing', 1000)], evaluated(1005, annotations));
    expect(history.changes).toEqual([
      { alert: 'RedisDown', state: 'firing', at: 10_000, labels: { instance: 'a' }, annotations: { summary: 'away' } },
    ]);
  });
});
