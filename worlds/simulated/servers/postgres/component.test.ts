import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { SHOP } from '../../testing/shop.ts';
import { PostgresCluster } from './component.ts';
import { LOG_SEGMENTS_KEPT } from './settings.ts';

const SEGMENTS = '/proc/sysvipc/shm';
const cluster = new PostgresCluster(SHOP);
afterAll(() => cluster.dispose());

it('lets go of the log of earlier runs when it has grown large', () => {
  cluster.reset(SHOP, new Date(0));
  const before = cluster.server.logSegments;
  const write = 'insert into sale (id) select n from generate_series($from, $from + 500000) as n';
  for (let from = 0; cluster.server.logSegments <= LOG_SEGMENTS_KEPT; from += 1_000_000)
    cluster.server.control('shop').query(write.replaceAll('$from', String(from)));
  cluster.reset(SHOP, new Date(0));
  expect(cluster.server.logSegments).toBeLessThan(before + 32);
});

it.skipIf(!existsSync(SEGMENTS))(
  'leaves no shared memory behind, neither of the last server nor of one that was killed before',
  () => {
    const other = new PostgresCluster(SHOP);
    const segments = (): readonly string[] =>
      readFileSync(SEGMENTS, 'utf8')
        .split('\n')
        .map((line) => line.trim().split(/\s+/)[1] ?? '');
    const own = (): string =>
      readFileSync(join(other.server.data, 'postmaster.pid'), 'utf8').split('\n')[6]?.trim().split(/\s+/)[1] ?? '';
    const first = own();
    expect(segments()).toContain(first);
    other.server.kill();
    other.server.start();
    const second = own();
    other.dispose();
    expect(segments()).not.toContain(first);
    expect(segments()).not.toContain(second);
  },
);
