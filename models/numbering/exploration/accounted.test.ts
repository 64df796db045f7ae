import { expect, test } from 'vitest';
import type { Operation } from '../../../contract/index.ts';
import { operation, reserved, wall } from '../invariants/testing.ts';
import { accounted } from './accounted.ts';
import { explored, refusal, verdict } from './testing.ts';

const change = {
  seq: 1,
  at: wall(20),
  actor: 'a',
  action: 'reserved',
  subject: 'MSISDN:+93700000001',
  version: 2,
  detail: { from: 'AVAILABLE', to: 'RESERVED', tenantId: 'a', reservationId: 'r1' },
};
const unheard = { outcome: 'info', error: 'TimeoutError' } as const;
/** Who has called nothing is no client: its changes are loaded. */
const asked = operation('validate', 0, { input: { tenantId: 'a', kind: 'MSISDN', value: '+93700000002' } });
const portal = (parts: Partial<Operation>): Operation =>
  operation('reserve', 10, {
    input: { tenantId: 'a', kind: 'MSISDN', value: '+93700000001', keyless: true },
    ...parts,
  });

test.each([
  ['of who was told of it', [reserved(10, 'a', 'r1')], []],
  ['of who heard nothing', [reserved(10, 'a', 'r1', unheard)], []],
  ['of who heard nothing and had no key', [portal(unheard)], []],
  ['of nobody', [], ['answers:change-asked-for']],
  ['of who was refused', [reserved(10, 'a', 'r1', refusal('CONFLICT'))], ['answers:change-asked-for']],
  ['of another tenant', [reserved(10, 'b', 'r1', unheard)], ['answers:change-asked-for']],
] as const)('a change is by a call %s', (_, operations, expected) => {
  expect(verdict(accounted, explored([asked, ...operations], {}, { audit: [change] }))).toEqual(expected);
});
