import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Lease } from '../stack/lease.ts';
import { LEASE } from './lease.ts';
import { heal, isLost } from './switch.ts';
import type { Healing } from './switch.ts';

const LEASE_MS = 30_000;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lease-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function healing(broken = false): Healing & { readonly lifted: string[] } {
  const lifted: string[] = [];
  return {
    lifted,
    resetProxies: async () => {
      if (broken) throw new Error('no proxies');
    },
    unpause: async () => ['redis'],
    liftRules: async (instance) => void lifted.push(instance),
  };
}

test('a lease that is renewed is not lost; one that is not for 30 s is, until it was healed', async () => {
  const lease = new Lease(folder);
  expect(isLost(folder, Date.now(), LEASE_MS)).toBe(false);
  lease.hold();
  expect(isLost(folder, Date.now() + 29_000, LEASE_MS)).toBe(false);
  utimesSync(join(folder, LEASE), new Date(), new Date(Date.now() - 31_000));
  expect(isLost(folder, Date.now(), LEASE_MS)).toBe(true);
  await heal(folder, healing(), () => {});
  expect(isLost(folder, Date.now(), LEASE_MS)).toBe(false);
  lease.giveBack();
});

test('a lease that was given back is not lost', () => {
  const lease = new Lease(folder);
  lease.hold();
  lease.giveBack();
  expect(isLost(folder, Date.now() + 1e9, LEASE_MS)).toBe(false);
});

test('clocks are put right, packet rules lifted and disks given their space back, even where the proxies cannot be reached', async () => {
  writeFileSync(join(folder, 'redis'), '3600000000000\n');
  writeFileSync(join(folder, 'skew.so'), 'a library');
  writeFileSync(join(folder, '.cut-numbering-service-1'), '');
  writeFileSync(join(folder, '.full-postgres'), '');
  const lines: string[] = [];
  const parts = healing(true);
  await heal(folder, parts, (line) => lines.push(line));
  expect(readFileSync(join(folder, 'redis'), 'utf8')).toBe('0\n');
  expect(readFileSync(join(folder, 'skew.so'), 'utf8')).toBe('a library');
  expect([parts.lifted, existsSync(join(folder, '.cut-numbering-service-1'))]).toEqual([
    ['numbering-service-1'],
    false,
  ]);
  expect(existsSync(join(folder, '.full-postgres'))).toBe(false);
  expect(lines).toContain('NOT DONE: took every toxic off: Error: no proxies');
});
