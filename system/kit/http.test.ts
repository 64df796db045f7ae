import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { createHttpApp, ERROR_MAPPING, RETRY_HINT, type HttpApp } from './http.ts';
import { Problem, UNAVAILABLE } from './problems.ts';
import { Safeguards } from './safeguards.ts';

let app: HttpApp | undefined;
afterEach(() => app?.close());

async function make(liveness?: () => string | undefined, off: readonly string[] = []): Promise<HttpApp> {
  app = await createHttpApp({
    service: 'numbering-service',
    log: pino({ level: 'silent' }),
    registry: new Registry(),
    safeguards: new Safeguards([RETRY_HINT, ERROR_MAPPING], off),
    ...(liveness === undefined ? {} : { liveness }),
  });
  app.post(
    '/echo',
    { schema: { body: z.object({ n: z.number() }), response: { 200: z.object({ n: z.number() }) } } },
    async (request) => {
      if (request.body.n === 1) throw new Error('secret detail');
      if (request.body.n === 2)
        throw new Problem('UNAVAILABLE', UNAVAILABLE, 'later', { retryAfterMs: 1500, members: { extra: 7 } });
      return request.body;
    },
  );
  return app;
}

const post = (http: HttpApp, payload: unknown) =>
  http.inject({ method: 'POST', url: '/echo', headers: { 'x-request-id': 'r-1' }, payload: payload as object });

test('a problem has its code, members and retry hints', async () => {
  const answer = await post(await make(), { n: 2 });
  expect(answer.statusCode).toBe(503);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/problem+json',
    'retry-after': '2',
    'x-request-id': 'r-1',
  });
  expect(answer.json()).toEqual({
    type: 'urn:problem:numbering:unavailable',
    title: 'Unavailable',
    status: 503,
    code: 'UNAVAILABLE',
    detail: 'later',
    requestId: 'r-1',
    retryAfterMs: 1500,
    extra: 7,
  });
});

test('an unforeseen error shows nothing of itself', async () => {
  const answer = await post(await make(), { n: 1 });
  expect([answer.statusCode, answer.json().code]).toEqual([500, 'INTERNAL']);
  expect(answer.body).not.toContain('secret');
});

test.each([
  ['a body that breaks the schema', { n: 'x' }, 400],
  ['text that is no JSON', '{', 400],
])('%s is INVALID_REQUEST', async (_what, payload, status) => {
  const http = await make();
  const answer = await http.inject({
    method: 'POST',
    url: '/echo',
    headers: { 'content-type': 'application/json' },
    payload,
  });
  expect([answer.statusCode, answer.json().code]).toEqual([status, 'INVALID_REQUEST']);
});

test('an unknown route is NOT_FOUND as a problem', async () => {
  const answer = await (await make()).inject('/nothing');
  expect([answer.statusCode, answer.json().code]).toEqual([404, 'NOT_FOUND']);
});

test('liveness is 503 with the reason once the process says so', async () => {
  let reason: string | undefined;
  const http = await make(() => reason);
  expect((await http.inject('/health/live')).statusCode).toBe(200);
  reason = 'the loop stands still';
  const answer = await http.inject('/health/live');
  expect([answer.statusCode, answer.json().reason]).toEqual([503, 'the loop stands still']);
});

test('the OpenAPI document has the routes of the API and not its own', async () => {
  const { paths } = (await (await make()).inject('/openapi.json')).json<{ paths: object }>();
  expect(Object.keys(paths).toSorted()).toEqual(['/echo', '/health/live', '/health/ready']);
});

test('without the hint nothing says when to try again; without the mapping the inside is seen', async () => {
  const bare = await make(undefined, ['retry-hint']);
  const refused = await bare.inject({ method: 'POST', url: '/echo', payload: { n: 2 } });
  expect([refused.headers['retry-after'], refused.json<{ retryAfterMs?: number }>().retryAfterMs]).toEqual([
    undefined,
    undefined,
  ]);
  await bare.close();
  const leaking = await make(undefined, ['error-mapping']);
  const seen = await leaking.inject({ method: 'POST', url: '/echo', payload: { n: 1 } });
  expect([seen.statusCode, seen.json<{ detail: string }>().detail]).toEqual([500, expect.stringContaining('secret')]);
});
