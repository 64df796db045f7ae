import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { toSystem } from '../../../contract/index.ts';
import { deployment } from '../../../deployments/numbering.ts';
import { parseExpression } from '../../simulated/prometheus/parse.ts';
import { scaledEnvironment } from './environment.ts';
import { scaledQuery } from './promql.ts';
import { scaledRules } from './rules.ts';

describe('a query of the document', () => {
  test.each([
    ['ranges and offsets are divided', 'increase(a[1m] offset 10s)', 'increase(a[6000ms] offset 1000ms)'],
    [
      "a gauge of a duration is in the document's time",
      'a_lag_seconds{x="1m"} > 60',
      '(a_lag_seconds{x="1m"} * 10) > 60',
    ],
    [
      'so is its quantile over a time',
      'max(quantile_over_time(0.95, a_lag_seconds[1m])) > 5',
      'max((quantile_over_time(0.95, a_lag_seconds[6000ms]) * 10)) > 5',
    ],
    ['an offset stays with its selector', 'a_age_seconds offset 1m', '(a_age_seconds offset 6000ms * 10)'],
    ['a rate is for a second of the document', 'sum(rate(a_total[10s]))', 'sum((rate(a_total[1000ms]) / 10))'],
    ['a count of changes is none', 'resets(a_lag_seconds[30s])', 'resets(a_lag_seconds[3000ms])'],
    ['a latency is what it is', 'a_duration_seconds > 0.005', 'a_duration_seconds > 0.005'],
  ])('%s', (_claim, query, expected) => {
    expect(scaledQuery(query, 10)).toBe(expected);
    expect(() => parseExpression(scaledQuery(query, 10))).not.toThrow();
  });

  test('is left alone at speed 1', () => {
    expect(scaledQuery('rate(a[1m])', 1)).toBe('rate(a[1m])');
  });
});

describe('a rule file', () => {
  const file = readFileSync('system/numbering/alerts/reservations.yaml', 'utf8');

  test('has its intervals and holds divided, and its thresholds as written', () => {
    const scaled = scaledRules(file, 10);
    expect(scaled).toContain('interval: 200ms');
    expect(scaled).toContain('for: 60000ms');
    expect(scaled).toContain('numbering_quarantine_backlog_total > 100');
    expect(scaled).toContain('(numbering_reservation_cleanup_lag_seconds * 10) > 60');
  });

  test('lacks the alert that a sabotage removed, and no other', () => {
    const scaled = scaledRules(file, 1, 'NumberingRedisDown');
    expect(scaled).not.toContain('NumberingRedisDown');
    expect(scaled).toContain('NumberingQuarantineBacklog');
  });
});

describe('an environment', () => {
  const service = deployment.components.find(({ name }) => name === 'numbering-service');
  if (service?.kind !== 'service') throw new Error('numbering-service is a service');

  test('has its durations divided, its defaults included, and nothing else touched', async () => {
    const scaled = await scaledEnvironment(service, { ...service.env, QUARANTINE_MS: '60000' }, 10);
    expect(scaled).toMatchObject({
      ...service.env,
      QUARANTINE_MS: '6000',
      RESERVATION_TTL_MS: '60000',
      REDIS_COMMAND_TIMEOUT_MS: '10',
    });
    expect(scaled).not.toHaveProperty('RESERVATION_QUOTA');
  });

  test('is what it was at speed 1', async () => {
    expect(await scaledEnvironment(service, service.env, 1)).toEqual(service.env);
  });
});

test('bounds of latency are never scaled, and nothing is scaled to less', () => {
  expect([5, 15, 50, 51, 250, 400, 1000, 1001].map((ms) => toSystem(ms, 10))).toEqual([
    5, 15, 50, 50, 50, 50, 100, 101,
  ]);
});
