import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Prometheus } from './prometheus.ts';

const NEVER = '0001-01-01T00:00:00Z';

test('it watches when each target has been scraped, and not when it only knows of them', async () => {
  let lastScrapes: readonly string[] = [];
  const server = createServer((_, answer) => {
    const activeTargets = lastScrapes.map((lastScrape) => ({ lastScrape }));
    answer.end(JSON.stringify({ status: 'success', data: { activeTargets } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const prometheus = new Prometheus((server.address() as AddressInfo).port);
  const watches: boolean[] = [];
  for (lastScrapes of [
    [],
    [NEVER, NEVER],
    ['2026-01-05T08:00:00Z', NEVER],
    ['2026-01-05T08:00:00Z', '2026-01-05T08:00:01Z'],
  ])
    watches.push(await prometheus.watches(2));
  expect(watches).toEqual([false, false, false, true]);
  server.closeAllConnections();
});

test('one that does not answer watches nothing', async () => {
  expect(await new Prometheus(1).watches(0)).toBe(false);
});
