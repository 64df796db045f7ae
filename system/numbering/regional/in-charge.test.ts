import { afterEach, expect, test, vi } from 'vitest';
import { readConfig } from '../../kit/config.ts';
import { inCharge, inChargeConfig } from './in-charge.ts';

afterEach(() => vi.unstubAllGlobals());

test.each([
  ['postgres', true],
  ['postgres-replica', true],
  ['postgres-mzr', false],
  [null, false],
])('a region of two servers is in charge while one of them is primary: %s', async (primary, expected) => {
  vi.stubGlobal('fetch', async () => Response.json({ term: 1, primary, phase: 'steady' }));
  expect(await inCharge(config('postgres, postgres-replica'), 1000)).toBe(expected);
});

test('nobody is in charge while the manager does not answer', async () => {
  vi.stubGlobal('fetch', async () => Promise.reject(new Error('away')));
  expect(await inCharge(config('postgres'), 1000)).toBe(false);
});

test('where there is one region it is in charge', async () => {
  expect(await inCharge(config(''), 1000)).toBe(true);
});

function config(servers: string) {
  return readConfig(inChargeConfig, { REGION_SERVER: servers, FAILOVER_MANAGER_URL: 'http://failover-manager:8095' });
}
