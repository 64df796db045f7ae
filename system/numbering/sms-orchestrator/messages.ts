/** Outbound messages and what becomes of them, as they are kept in the stream SMS. There is no other store. */
import { z } from 'zod';
import type { StreamSpec } from '../../kit/nats.ts';
import { kindSchema } from '../domain/identifiers.ts';

export const SMS: StreamSpec = { name: 'SMS', subjects: ['sms.>'] };

/** Accepted messages, each on a subject of its own. */
export const OUTBOUND = 'sms.outbound.>';

/** Which message: tenants name theirs without knowing of each other's names. */
export interface MessageKey {
  readonly tenantId: string;
  readonly messageId: string;
}

/** Two tokens of a subject, the same for no other message. */
export function tokensOf({ tenantId, messageId }: MessageKey): string {
  const tenant = encodeURIComponent(tenantId).replaceAll('.', '%2E').replaceAll('*', '%2A');
  return `${tenant}.${messageId}`;
}

/** Where the message is that was accepted. */
export function outboundSubject(key: MessageKey): string {
  return `sms.outbound.${tokensOf(key)}`;
}

/** Where the message is that was handed to the carriers. */
export function dispatchSubject(key: MessageKey): string {
  return `sms.dispatch.${tokensOf(key)}`;
}

/** Where the states of one message are: the last one is its state now. */
export function statusSubject(key: MessageKey): string {
  return `sms.status.${tokensOf(key)}`;
}

/** A token of a subject. */
export const messageIdSchema = z.string().regex(/^[\w-]{1,64}$/, 'must be up to 64 letters, digits, - and _');

/** What a tenant sends. */
export const sendSchema = z.object({
  messageId: messageIdSchema.optional(),
  from: z.object({ kind: kindSchema, value: z.string().min(1).max(20) }),
  to: z.string().regex(/^\+\d{8,15}$/, 'must be + and 8 to 15 digits'),
  text: z.string().min(1).max(1600),
});

export const outboundSchema = sendSchema.extend({
  messageId: messageIdSchema,
  tenantId: z.string(),
  /** ISO 8601. */
  acceptedAt: z.string(),
});

export type Outbound = z.output<typeof outboundSchema>;

/** The lease that a dispatch rests on. */
export const validationSchema = z.object({
  leaseId: z.string(),
  version: z.number(),
  source: z.string(),
  readAgeMs: z.number(),
});

/** A message as it was handed to the carriers. */
export const dispatchSchema = outboundSchema.extend({
  /** ISO 8601. */
  dispatchedAt: z.string(),
  validation: validationSchema.nullable(),
});

export const STATES = ['ACCEPTED', 'EVALUATING', 'DISPATCHED', 'DEAD_LETTER'] as const;

export const statusSchema = z.object({
  messageId: z.string(),
  tenantId: z.string(),
  state: z.enum(STATES),
  /** Why it is dead: `numbering_unavailable`, or `lease_` and the reason of the validation. */
  reason: z.string().optional(),
  /** ISO 8601. */
  at: z.string(),
  validation: validationSchema.nullable().optional(),
});

export type Status = z.output<typeof statusSchema>;
export type Validation = z.output<typeof validationSchema>;
