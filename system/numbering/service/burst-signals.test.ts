import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { Safeguards } from '../../kit/safeguards.ts';
import { BURST_SIGNAL, BurstSignals } from './burst-signals.ts';

let server: http.Server | undefined;
afterEach(() => server?.close());

test('a tenant is told of once in a window, with its rate in a minute', async () => {
  const { bursts, heard } = await made();
  for (const tenant of ['a', 'a', 'b', 'a']) bursts.refused(tenant, 61);
  await expect.poll(() => heard.length).toBe(2);
  expect(heard.map(({ signal, tenantId, ratePerMinute }) => [signal, tenantId, ratePerMinute])).toEqual([
    ['RESERVATION_BURST', 'a', 122],
    ['RESERVATION_BURST', 'b', 122],
  ]);
});

test('a refusal by fraud-intel is tried again', async () => {
  const { bursts, heard, outcomes } = await made({ refusals: 2 });
  bursts.refused('a', 61);
  await expect.poll(() => outcomes).toEqual(['failed', 'failed', 'sent']);
  expect(heard).toHaveLength(3);
});

test('without the safeguard, or an address, nobody is told', async () => {
  const { bursts, outcomes } = await made({ off: [BURST_SIGNAL.name] });
  bursts.refused('a', 61);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(outcomes).toEqual([]);
});

type Heard = Readonly<Record<string, unknown>>;

async function made({ refusals = 0, off = [] }: { refusals?: number; off?: string[] } = {}) {
  const heard: Heard[] = [];
  server = http.createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      heard.push(JSON.parse(text) as Heard);
      response.writeHead(heard.length <= refusals ? 503 : 202).end();
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const outcomes: string[] = [];
  const config = {
    FRAUD_INTEL_URL: `http://127.0.0.1:${port}`,
    FRAUD_SIGNAL_TIMEOUT_MS: 2000,
    FRAUD_SIGNAL_AGAIN_MS: 10,
    RESERVE_LIMIT_WINDOW_MS: 30_000,
  };
  const safeguards = new Safeguards([BURST_SIGNAL], off);
  const metrics = { burstSignal: (outcome: string) => void outcomes.push(outcome) };
  return { bursts: new BurstSignals(config, safeguards, metrics, pino({ level: 'silent' })), heard, outcomes };
}
