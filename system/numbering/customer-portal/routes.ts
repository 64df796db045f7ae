/** The portal's HTTP API: README.md. */
import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { HttpApp } from '../../kit/http.ts';
import { kindSchema as kind } from '../domain/identifiers.ts';
import type { PoolPage, PoolView } from './pool-view.ts';
import { away, refusal } from './problems.ts';
import { REPLAYED, UpstreamAway, type Upstream, type UpstreamAnswer, type UpstreamRequest } from './upstream.ts';

const TENANT = 'x-tenant-id';
const CONFLICT = 'CONFLICT';

const tenantHeaders = z.object({ [TENANT]: z.string().min(1).max(100) });
/** What sms-orchestrator accepts is its own to say. */
const message = z.looseObject({});

export interface PortalParts {
  readonly numbering: Upstream;
  readonly messages?: Upstream;
  readonly pool: PoolView;
}

export function addRoutes(app: HttpApp, { numbering, messages, pool }: PortalParts): void {
  app.get(
    '/v1/portal/pool',
    { schema: { summary: 'The pool as the portal shows it', headers: tenantHeaders, querystring: z.object({ kind }) } },
    async (request) => shown(await unlessAway(() => pool.page(request.query.kind))),
  );

  app.post(
    '/v1/portal/reservations',
    {
      schema: {
        summary: 'Reserve an identifier of the pool',
        headers: tenantHeaders,
        body: z.object({ kind, value: z.string(), ttlMs: z.number().int().positive().optional() }),
      },
    },
    async (request, reply) => {
      const answer = await post(numbering, request, '/v1/numbering/reservations', request.body);
      if (answer.body['code'] === CONFLICT) {
        const page = await unlessAway(() => pool.afterConflict(request.body.kind));
        throw refusal(answer, { pool: shown(page), candidate: page.items[0]?.value ?? null });
      }
      if (answer.status >= 400) throw refusal(answer);
      pool.forget(request.body.kind);
      return made(reply, answer);
    },
  );

  app.post(
    '/v1/portal/leases',
    {
      schema: {
        summary: 'Lease what was reserved, or an identifier directly',
        headers: tenantHeaders,
        body: z.union([z.object({ reservationId: z.string() }), z.object({ kind, value: z.string().optional() })]),
      },
    },
    async (request, reply) => {
      const answer = await post(numbering, request, '/v1/numbering/leases', request.body);
      if (answer.status >= 400) throw refusal(answer);
      return made(reply, answer);
    },
  );

  if (messages === undefined) return;
  app.post(
    '/v1/portal/messages',
    { schema: { summary: 'Send a message from a leased identifier', headers: tenantHeaders, body: message } },
    async (request, reply) => {
      const answer = await post(messages, request, '/v1/messages', request.body);
      if (answer.status >= 400) throw refusal(answer);
      return reply.code(202).send(answer.body);
    },
  );
}

/** What was made, and whether it was made by an earlier call. */
function made(reply: FastifyReply, { body, replayed }: UpstreamAnswer): FastifyReply {
  if (replayed) void reply.header(REPLAYED, 'true');
  return reply.code(201).send(body);
}

async function post(
  upstream: Upstream,
  request: Pick<FastifyRequest, 'headers'>,
  path: string,
  body: object,
): Promise<UpstreamAnswer> {
  const given = request.headers['idempotency-key'];
  const call: UpstreamRequest = {
    method: 'POST',
    path,
    tenantId: String(request.headers[TENANT]),
    idempotencyKey: typeof given === 'string' ? given : randomUUID(),
    body,
  };
  return unlessAway(() => upstream.call(call));
}

/** @throws Problem UNAVAILABLE in the place of UpstreamAway */
async function unlessAway<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UpstreamAway) throw away(error);
    throw error;
  }
}

function shown({ items, loadedAt }: PoolPage): object {
  return { items, loadedAt: new Date(loadedAt).toISOString() };
}
