import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../../contract/index.ts';
import type { SmsRow } from '../messages.ts';
import { invariant as failClosed } from './fail-closed-dispatch.ts';
import { invariant as noneVanishes } from './no-message-vanishes.ts';
import { evidence, operation, said, SUBJECT, wall } from './testing.ts';

const iso = (run: number): string => new Date(wall(run)).toISOString();
const sent = operation('send', 1000, { input: { tenantId: 'a', messageId: 'm1' } });
const accepted: SmsRow = { subject: 'sms.outbound.a.m1', body: { messageId: 'm1', acceptedAt: iso(1000) } };
const state = (name: string, reason?: string): SmsRow => ({
  subject: 'sms.status.a.m1',
  body: { messageId: 'm1', state: name, at: iso(2000), ...(reason === undefined ? {} : { reason }) },
});
const dispatch = (validation: object | null, at = 2000): SmsRow => ({
  subject: 'sms.dispatch.a.m1',
  body: {
    messageId: 'm1',
    tenantId: 'a',
    from: { kind: 'MSISDN', value: SUBJECT.split(':')[1] },
    dispatchedAt: iso(at),
    validation,
  },
});
const lease = { id: 'l1', subject: SUBJECT, tenant_id: 'a', status: 'ACTIVE', ended_at: null } as const;

function seen(sms: readonly SmsRow[], leases: readonly object[] = [lease]): Evidence {
  const base = evidence([sent], { leases: leases as never });
  return { ...base, instants: { ended: 100_000 }, finalState: { ...base.finalState, sms: sms as never } };
}

describe('no-message-vanishes', () => {
  test.each([
    ['dispatched', [accepted, state('EVALUATING'), dispatch({ leaseId: 'l1', readAgeMs: 0 }), state('DISPATCHED')]],
    ['dead with a reason', [accepted, state('DEAD_LETTER', 'numbering_unavailable')]],
  ])('accepts: %s', (_, sms) => {
    expect(noneVanishes.check(seen(sms))).toEqual({ examined: 1, violations: [] });
  });

  test.each([
    ['lost', [], 'not in the stream'],
    ['held at the end', [accepted, state('EVALUATING')], 'still EVALUATING'],
    ['dead without a reason', [accepted, state('DEAD_LETTER')], 'without a reason'],
    [
      'dead, and handed over',
      [accepted, dispatch({ leaseId: 'l1', readAgeMs: 0 }), state('DEAD_LETTER', 'x')],
      'was handed to the carriers',
    ],
    ['only called dispatched', [accepted, state('DISPATCHED')], 'handed to nobody'],
  ])('rejects: %s', (_, sms, what) => {
    expect(said(noneVanishes.check(seen(sms)))).toEqual([expect.stringContaining(what)]);
  });

  test('finds a planted violation, and examines nothing where nothing was sent', () => {
    const good = seen([accepted, state('DEAD_LETTER', 'x')]);
    expect(noneVanishes.check(noneVanishes.plant(good)).violations).toHaveLength(1);
    expect(noneVanishes.check(evidence([])).examined).toBe(0);
  });
});

describe('fail-closed-dispatch', () => {
  const valid = dispatch({ leaseId: 'l1', readAgeMs: 59_000 });

  test('accepts a dispatch on the sender’s lease', () => {
    expect(failClosed.check(seen([valid]))).toEqual({ examined: 1, violations: [] });
    expect(said(failClosed.check(seen([valid], [{ ...lease, ended_at: wall(1000) }])))).toEqual([]);
  });

  test.each([
    ['nothing was validated', dispatch(null), lease, 'without a validation'],
    ['the lease does not exist', dispatch({ leaseId: 'l2', readAgeMs: 0 }), lease, 'does not exist'],
    ['the lease is another tenant’s', valid, { ...lease, tenant_id: 'b' }, 'on a lease of b'],
    ['the read was too old', dispatch({ leaseId: 'l1', readAgeMs: 61_000 }), lease, '61000 ms old'],
    [
      'the lease was long over',
      dispatch({ leaseId: 'l1', readAgeMs: 0 }, 90_000),
      { ...lease, ended_at: wall(1000) },
      'after the end',
    ],
  ])('rejects: %s', (_, row, held, what) => {
    expect(said(failClosed.check(seen([row], [held])))).toEqual([expect.stringContaining(what)]);
  });

  test('finds a planted violation', () => {
    expect(failClosed.check(failClosed.plant(seen([valid]))).violations).toHaveLength(1);
  });
});
