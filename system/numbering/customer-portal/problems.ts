/** What a tenant is told when the services behind the portal refuse or are away. */
import { z } from 'zod';
import { Problem, UNAVAILABLE, type ProblemKind } from '../../kit/problems.ts';
import type { UpstreamAnswer } from './upstream.ts';

const RETRY_AFTER_MS = 5000;
const FRIENDLY = 'Your numbers cannot be changed at the moment. Nothing was lost: please try again shortly.';

/** Codes of gRPC do not matter here: the portal speaks HTTP only. */
const kind = (http: number, title: string): ProblemKind => ({ http, grpc: 'UNKNOWN', title });

/** A refusal as services answer it; what is missing gets a plain text. */
const refusalBody = z.looseObject({
  code: z.string().catch('UNAVAILABLE'),
  title: z.string().catch('The request was refused'),
  detail: z.string().catch('The request was refused.'),
  retryAfterMs: z.number().optional().catch(undefined),
});

/** The upstream's refusal as the tenant is told it, with its code and hint; `further` members are added. */
export function refusal(answer: UpstreamAnswer, further: Readonly<Record<string, unknown>> = {}): Problem {
  const parsed = refusalBody.parse(answer.body);
  // The portal's own answer has a type, status and request id of its own.
  const { code, title, detail, retryAfterMs, type: _type, status: _status, requestId: _id, ...members } = parsed;
  const isAway = answer.status === 503;
  // An instance that is being stopped refuses without a word; whoever gives a code says by itself when to try again.
  const hint = retryAfterMs ?? (isAway && answer.body['code'] === undefined ? RETRY_AFTER_MS : undefined);
  return new Problem(code, kind(answer.status, title), isAway ? FRIENDLY : detail, {
    ...(hint === undefined ? {} : { retryAfterMs: hint }),
    members: { ...members, ...further },
  });
}

/** No instance answered. */
export function away(cause: unknown): Problem {
  return new Problem('UNAVAILABLE', UNAVAILABLE, FRIENDLY, { retryAfterMs: RETRY_AFTER_MS }, cause);
}
