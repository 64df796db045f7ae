/** The HTTP side of a process: fastify with zod schemas, problem+json errors, request ids, OpenAPI, metrics and liveness. */
import { randomUUID } from 'node:crypto';
import fastifySwagger from '@fastify/swagger';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type RawServerDefault,
} from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  hasZodFastifySchemaValidationErrors,
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import type { Logger } from './logging.ts';
import { internalProblem, INVALID_REQUEST, leakedProblem, NOT_FOUND, Problem } from './problems.ts';
import type { Safeguard, Safeguards } from './safeguards.ts';

/** A fastify instance whose routes are typed by their zod schemas. */
export type HttpApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** Body of every error answer, `application/problem+json`. */
export const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string(),
    requestId: z.string(),
    retryAfterMs: z.number().int().optional(),
  })
  .describe('Problem (RFC 9457)');

export const RETRY_HINT: Safeguard = {
  name: 'retry-hint',
  protects: 'an answer says when a retry makes sense: Retry-After and retryAfterMs',
};
export const ERROR_MAPPING: Safeguard = {
  name: 'error-mapping',
  protects: 'what goes wrong inside is answered as the API documents it, without internal names',
};

export interface HttpOptions {
  readonly service: string;
  readonly log: Logger;
  readonly registry: Registry;
  /** Those of a process that declares RETRY_HINT and ERROR_MAPPING; without them both are on. */
  readonly safeguards?: Safeguards;
  /** Says why the process is not alive; undefined: it is. */
  readonly liveness?: () => string | undefined;
  /** Says why the process is not ready; undefined: it is. */
  readonly readiness?: () => Promise<string | undefined>;
}

const probeAnswer = z.object({ status: z.string(), reason: z.string().optional() });

/** An app with everything but the routes of the service. */
export async function createHttpApp(options: HttpOptions): Promise<HttpApp> {
  const { registry } = options;
  const loggerInstance: FastifyBaseLogger = options.log;
  const app: HttpApp = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (request) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID();
    },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.setErrorHandler(async (error, request, reply) => {
    const found = toProblem(error);
    const leaks = options.safeguards?.on(ERROR_MAPPING) === false && found.cause !== undefined;
    const problem = leaks ? leakedProblem(found.cause) : found;
    if (problem.kind.http >= 500)
      request.log.error({ err: problem.cause ?? problem, code: problem.code }, 'request failed');
    await sendProblem(options, problem, request.id, reply);
  });
  app.setNotFoundHandler(async (request, reply) => {
    await sendProblem(options, new Problem('NOT_FOUND', NOT_FOUND, 'There is no such route.'), request.id, reply);
  });
  await app.register(fastifySwagger, {
    openapi: { openapi: '3.1.0', info: { title: options.service, version: '1.0.0' } },
    transform: jsonSchemaTransform,
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    reply.header('content-type', registry.contentType);
    return reply.send(await registry.metrics());
  });
  app.get(
    '/health/live',
    { schema: { summary: 'Liveness', response: { 200: probeAnswer, 503: probeAnswer } } },
    async (_request, reply) => {
      const reason = options.liveness?.();
      if (reason === undefined) return { status: 'live' };
      return reply.code(503).send({ status: 'not live', reason });
    },
  );
  app.get(
    '/health/ready',
    { schema: { summary: 'Readiness', response: { 200: probeAnswer, 503: probeAnswer } } },
    async (_request, reply) => {
      const reason = await options.readiness?.();
      if (reason === undefined) return { status: 'ready' };
      return reply.code(503).send({ status: 'not ready', reason });
    },
  );
  return app;
}

async function sendProblem(
  { service, safeguards }: HttpOptions,
  problem: Problem,
  requestId: string,
  reply: FastifyReply,
): Promise<void> {
  const retryAfterMs = safeguards?.on(RETRY_HINT) === false ? undefined : problem.retryAfterMs;
  if (retryAfterMs !== undefined) reply.header('retry-after', String(Math.ceil(retryAfterMs / 1000)));
  const system = service.replace(/-(service|jobs)$/, '');
  await reply
    .code(problem.kind.http)
    .header('content-type', 'application/problem+json')
    .serializer((body) => JSON.stringify(body))
    .send({
      type: `urn:problem:${system}:${problem.code.toLowerCase().replaceAll('_', '-')}`,
      title: problem.kind.title,
      status: problem.kind.http,
      code: problem.code,
      detail: problem.message,
      requestId,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...problem.members,
    });
}

/** The problem that is answered for whatever was thrown. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const where = error.validation.map((issue) => `${issue.instancePath || '/'} ${issue.message}`).join('; ');
    return new Problem('INVALID_REQUEST', INVALID_REQUEST, `${error.validationContext}: ${where}`);
  }
  const { statusCode, message } = error as { statusCode?: number; message?: string };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new Problem(
      'INVALID_REQUEST',
      { ...INVALID_REQUEST, http: statusCode },
      message ?? 'The request cannot be read.',
    );
  }
  return internalProblem(error);
}
