import { afterAll, expect, it } from 'vitest';
import { SHOP } from '../../testing/shop.ts';
import { PostgresCluster } from './component.ts';
import { LOG_SEGMENTS_KEPT } from './settings.ts';

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
