import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { afterEach, expect, test } from 'vitest';
import { createHttpApp, type HttpApp } from '../../kit/http.ts';
import { createLogger } from '../../kit/logging.ts';
import { Safeguards } from '../../kit/safeguards.ts';
import { POOL_RELOAD, PoolView } from './pool-view.ts';
import { addRoutes } from './routes.ts';
import { Upstream } from './upstream.ts';

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close();
});

/** An upstream that answers every call with one status and body. */
async function answering(status: number, body: object, headers: Record<string, string> = {}): Promise<string> {
  const server: Server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  opened.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function portal(
  urls: readonly string[],
  off: readonly string[] = [],
): Promise<{ app: HttpApp; loads: string[] }> {
  const loads: string[] = [];
  const load = async (kind: string) => {
    loads.push(kind);
    return [{ kind, value: `+9370${loads.length}`, version: 1 }];
  };
  const numbering = new Upstream(urls, 1000);
  opened.push(() => numbering.close());
  const app = await createHttpApp({
    service: 'customer-portal',
    log: createLogger('test', 'silent'),
    registry: new Registry(),
  });
  addRoutes(app, { numbering, pool: new PoolView(load, new Safeguards([POOL_RELOAD], off), 30_000) });
  opened.push(() => app.close());
  return { app, loads };
}

const reserve = (app: HttpApp) =>
  app.inject({
    method: 'POST',
    url: '/v1/portal/reservations',
    headers: { 'x-tenant-id': 't1' },
    payload: { kind: 'MSISDN', value: '+93700000001' },
  });

test('a conflict reloads the pool and offers another candidate', async () => {
  const refused = {
    code: 'CONFLICT',
    status: 409,
    detail: 'taken',
    currentState: 'RESERVED',
    currentVersion: 2,
    requestId: 'u',
  };
  const { app, loads } = await portal([await answering(409, refused)]);
  await app.inject({ url: '/v1/portal/pool?kind=MSISDN', headers: { 'x-tenant-id': 't1' } });
  const answer = await reserve(app);
  expect(answer.statusCode).toBe(409);
  expect(answer.json()).toMatchObject({
    code: 'CONFLICT',
    currentState: 'RESERVED',
    currentVersion: 2,
    candidate: '+93702',
  });
  expect(answer.json<{ requestId: string }>().requestId).not.toBe('u');
  expect(loads).toHaveLength(2);
});

test('without the safeguard the old page is shown again', async () => {
  const { app, loads } = await portal([await answering(409, { code: 'CONFLICT' })], ['portal-pool-reload']);
  await app.inject({ url: '/v1/portal/pool?kind=MSISDN', headers: { 'x-tenant-id': 't1' } });
  expect((await reserve(app)).json()).toMatchObject({ candidate: '+93701' });
  expect(loads).toHaveLength(1);
});

test('UNAVAILABLE keeps its hint and gets a text for people', async () => {
  const { app } = await portal([
    await answering(503, { code: 'UNAVAILABLE', detail: 'pool timeout at 10.0.0.7', retryAfterMs: 2500 }),
  ]);
  const answer = await reserve(app);
  expect(answer.headers['retry-after']).toBe('3');
  expect(answer.json<{ detail: string }>().detail).toContain('please try again');
});

test('an instance that refuses without a hint, as one that is being stopped does, gets the hint of the portal', async () => {
  const { app } = await portal([await answering(503, { error: 'Service Unavailable' })]);
  const answer = await reserve(app);
  expect(answer.headers['retry-after']).toBe('5');
  expect(answer.json<{ code: string }>().code).toBe('UNAVAILABLE');
  const { app: other } = await portal([await answering(503, { code: 'UNAVAILABLE' })]);
  expect((await reserve(other)).headers['retry-after']).toBeUndefined();
});

test('an instance that does not answer is passed over, and none at all is UNAVAILABLE', async () => {
  const nobody = 'http://127.0.0.1:9';
  const alive = await answering(201, { reservationId: 'r1' });
  expect((await reserve((await portal([nobody, alive])).app)).json()).toEqual({ reservationId: 'r1' });
  const answer = await reserve((await portal([nobody])).app);
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([503, 'UNAVAILABLE']);
});

test('an answer that was given before under the same key is passed on as such', async () => {
  const { app } = await portal([await answering(201, { reservationId: 'r' }, { 'idempotency-replayed': 'true' })]);
  const { headers } = await reserve(app);
  expect(headers['idempotency-replayed']).toBe('true');
  const { app: other } = await portal([await answering(201, { reservationId: 'r' })]);
  expect((await reserve(other)).headers['idempotency-replayed']).toBeUndefined();
});
