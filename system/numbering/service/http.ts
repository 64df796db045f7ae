/** The HTTP API of numbering-service: a schema on each route, use cases behind. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { problemSchema, type HttpApp } from '../../kit/http.ts';
import type { Answer, App, Caller } from './app.ts';
import { operation } from './operation.ts';
import {
  assignSchema,
  browseSchema,
  identifierKeySchema,
  idempotencyKeySchema,
  idSchema,
  recallSchema,
  reserveSchema,
  tenantSchema,
} from './requests.ts';
import { assign } from './use-cases/assign.ts';
import { browse, lookUp } from './use-cases/browse.ts';
import { recall, reinstate, release } from './use-cases/lease-changes.ts';
import { releaseReservation, reserve } from './use-cases/reserve.ts';
import type { ValidateLease } from './use-cases/validate-lease.ts';
import { identifierView, leaseView, reservationView, validationView } from './views.ts';

const tenantHeaders = z.looseObject({ 'x-tenant-id': tenantSchema });
const changeHeaders = z.looseObject({ 'x-tenant-id': tenantSchema, 'idempotency-key': idempotencyKeySchema });
const nothing = z.object({}).nullish();

/** Answers by status: the success, and problems. */
function answers<Success extends z.ZodType>(status: 200 | 201, success: Success) {
  return { [status]: success, '4xx': problemSchema, '5xx': problemSchema };
}

function callerOf(request: FastifyRequest): Caller {
  const headers = request.headers as z.infer<typeof changeHeaders>;
  return { tenantId: headers['x-tenant-id'], idempotencyKey: headers['idempotency-key'] };
}

async function reply<T>(to: FastifyReply, status: 200 | 201, answer: Promise<Answer<T>>): Promise<T> {
  const { body, replayed } = await answer;
  if (replayed) to.header('idempotency-replayed', 'true');
  to.code(status);
  return body;
}

/** Adds the routes of the API to `http`. */
export function addRoutes(http: HttpApp, app: App, validations: ValidateLease): void {
  const base = '/v1/numbering';
  http.get(
    `${base}/identifiers`,
    {
      schema: {
        summary: 'Browse the inventory',
        headers: tenantHeaders,
        querystring: browseSchema,
        response: answers(200, z.object({ items: z.array(identifierView), next: z.string().optional() })),
      },
    },
    (request) => operation(app, 'browse', () => browse(app, request.headers['x-tenant-id'], request.query)),
  );
  http.get(
    `${base}/identifiers/:kind/:value`,
    {
      schema: {
        summary: 'One identifier',
        headers: tenantHeaders,
        params: identifierKeySchema,
        response: answers(200, identifierView),
      },
    },
    (request) => operation(app, 'lookup', () => lookUp(app, request.headers['x-tenant-id'], request.params)),
  );
  http.post(
    `${base}/reservations`,
    {
      schema: {
        summary: 'Reserve an identifier',
        headers: changeHeaders,
        body: reserveSchema,
        response: answers(201, reservationView),
      },
    },
    (request, to) => operation(app, 'reserve', () => reply(to, 201, reserve(app, callerOf(request), request.body))),
  );
  http.post(
    `${base}/reservations/:reservationId/release`,
    {
      schema: {
        summary: 'End a reservation before its time',
        headers: changeHeaders,
        params: z.object({ reservationId: idSchema }),
        body: nothing,
        response: answers(200, identifierView),
      },
    },
    (request, to) =>
      operation(app, 'release-reservation', () =>
        reply(to, 200, releaseReservation(app, callerOf(request), request.params.reservationId)),
      ),
  );
  http.post(
    `${base}/leases`,
    {
      schema: {
        summary: 'Assign: lease a reserved or an available identifier',
        headers: changeHeaders,
        body: assignSchema,
        response: answers(201, leaseView),
      },
    },
    (request, to) => operation(app, 'assign', () => reply(to, 201, assign(app, callerOf(request), request.body))),
  );
  http.post(
    `${base}/leases/:leaseId/release`,
    {
      schema: {
        summary: 'Release a lease',
        headers: changeHeaders,
        params: z.object({ leaseId: idSchema }),
        body: nothing,
        response: answers(200, leaseView),
      },
    },
    (request, to) =>
      operation(app, 'release', () => reply(to, 200, release(app, callerOf(request), request.params.leaseId))),
  );
  http.post(
    `${base}/leases/:leaseId/recall`,
    {
      schema: {
        summary: 'Recall a lease (operator)',
        headers: changeHeaders,
        params: z.object({ leaseId: idSchema }),
        body: recallSchema,
        response: answers(200, leaseView),
      },
    },
    (request, to) =>
      operation(app, 'recall', () =>
        reply(to, 200, recall(app, callerOf(request), request.params.leaseId, request.body.reason)),
      ),
  );
  http.post(
    `${base}/leases/:leaseId/reinstate`,
    {
      schema: {
        summary: 'Reinstate a recalled lease (operator)',
        headers: changeHeaders,
        params: z.object({ leaseId: idSchema }),
        body: nothing,
        response: answers(200, leaseView),
      },
    },
    (request, to) =>
      operation(app, 'reinstate', () => reply(to, 200, reinstate(app, callerOf(request), request.params.leaseId))),
  );
  http.post(
    `${base}/leases/validate`,
    {
      schema: {
        summary: 'ValidateLease: may the tenant send from the identifier now',
        headers: tenantHeaders,
        body: identifierKeySchema,
        response: answers(200, validationView),
      },
    },
    (request) => operation(app, 'validate', () => validations.validate(request.headers['x-tenant-id'], request.body)),
  );
}
