import { expect, test } from 'vitest';
import { FraudIntel, type Score } from './fraud-intel.ts';

const burst = (tenantId: string) => ({ signal: 'RESERVATION_BURST', tenantId, ratePerMinute: 61 });

test('the first burst of a tenant is published as a score that suspends, and no further one', () => {
  const scores: Score[] = [];
  const intel = new FraudIntel(
    (score) => void scores.push(score),
    () => 'id',
  );
  for (const tenant of ['a', 'a', 'b']) intel.take(burst(tenant));
  expect(scores).toEqual([
    { eventId: 'id', tenantId: 'a', score: 97, signal: 'RESERVATION_BURST' },
    { eventId: 'id', tenantId: 'b', score: 97, signal: 'RESERVATION_BURST' },
  ]);
  expect(intel.signals).toHaveLength(3);
});

test('other signals are kept and suspect nobody', () => {
  const scores: Score[] = [];
  const intel = new FraudIntel(
    (score) => void scores.push(score),
    () => 'id',
  );
  intel.take({ ...burst('a'), signal: 'LOGIN_BURST' });
  expect([scores, intel.signals.length]).toEqual([[], 1]);
});
