/** What the calls of administrators have in common. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { databaseProblem } from '../../domain/problems.ts';
import type { App } from '../app.ts';
import { operation } from '../operation.ts';

export const actorHeaders = z.looseObject({
  'x-actor': z
    .string()
    .regex(/^[\w.:@-]{1,64}$/, 'must be 1 to 64 letters, digits or _.:@-')
    .default('administrator')
    .describe('Who acts, as the gateway has authenticated it'),
});

export function actorOf(request: FastifyRequest): string {
  return (request.headers as z.infer<typeof actorHeaders>)['x-actor'];
}

/** Runs the call, counted by its name; UNAVAILABLE while PostgreSQL is away. */
export function administer<T>(app: App, name: string, work: () => Promise<T>): Promise<T> {
  return operation(app, name, async () => {
    try {
      return await work();
    } catch (error) {
      throw databaseProblem(error);
    }
  });
}
