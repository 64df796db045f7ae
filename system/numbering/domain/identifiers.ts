/** What is leased: identifiers, their kinds and states. */
import { z } from 'zod';

/** Kinds of identifiers. */
export const KINDS = ['MSISDN', 'SHORT_CODE', 'ALPHA'] as const;
export type Kind = (typeof KINDS)[number];

/** States of an identifier. Each change adds one to its version. */
export const STATES = ['AVAILABLE', 'RESERVED', 'ASSIGNED', 'QUARANTINE'] as const;
export type State = (typeof STATES)[number];

export const kindSchema = z.enum(KINDS);
export const stateSchema = z.enum(STATES);

/** Names one identifier. */
export interface IdentifierKey {
  readonly kind: Kind;
  readonly value: string;
}

/** One row of `numbering.identifiers`. */
export interface Identifier extends IdentifierKey {
  readonly state: State;
  readonly version: number;
  readonly tenantId: string | undefined;
  readonly reservationId: string | undefined;
  readonly leaseId: string | undefined;
  readonly quarantineUntil: Date | undefined;
  /** The operator's contract that its block is under; read where a use case decides by it. */
  readonly contract?: { readonly id: string; readonly until: Date };
}

const FORM: Record<Kind, RegExp> = {
  MSISDN: /^\+\d{8,15}$/,
  SHORT_CODE: /^\d{3,6}$/,
  ALPHA: /^(?=.*[A-Za-z])[A-Za-z0-9 ._&-]{1,11}$/,
};

const EXPECTED: Record<Kind, string> = {
  MSISDN: 'a plus sign and 8 to 15 digits',
  SHORT_CODE: '3 to 6 digits',
  ALPHA: '1 to 11 letters, digits, blanks or -_.& with at least one letter',
};

/** Says what is wrong with `value` as an identifier of `kind`; undefined: nothing. */
export function formError(kind: Kind, value: string): string | undefined {
  return FORM[kind].test(value) ? undefined : `value must be ${EXPECTED[kind]} for kind ${kind}`;
}

/** The name of an identifier in outbox, audit and logs: `MSISDN:+93700000001`. */
export function subjectOf(identifier: IdentifierKey): string {
  return `${identifier.kind}:${identifier.value}`;
}
