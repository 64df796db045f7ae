import { STEP_CLOCKS } from '../../../contract/index.ts';
import type { Operation } from '../../../contract/index.ts';
import { Misread } from './history-model.ts';
import type { Said } from './history-model.ts';

/** A change of one identifier, or something that befalls all of them. */
export type NumberingInput =
  | {
      readonly f: 'reserve' | 'assign' | 'release-reservation' | 'release' | 'recall' | 'reinstate';
      readonly tenant: string;
      /** `MSISDN:+93700000001`, where the request names it. */
      readonly subject: string | undefined;
      /** The reservation or lease that the request names. */
      readonly of: string | undefined;
      readonly ttlMs: number | undefined;
      /** When the call was under way, on the history's clock. */
      readonly from: number;
      readonly to: number;
    }
  | { readonly f: typeof STEP_CLOCKS }
  | { readonly f: 'suspend'; readonly tenant: string };

/** What a success tells; each may be missing. */
export interface NumberingOutput {
  readonly subject: string | undefined;
  /** The reservation or lease that it made or ended. */
  readonly id: string | undefined;
  readonly tenant: string | undefined;
  readonly version: number | undefined;
  /** The service's clock as it made a reservation, ms since 1970. */
  readonly at: number | undefined;
  /** On the service's clock. */
  readonly quarantineUntil: number | undefined;
}

const NOTHING_TOLD: NumberingOutput = {
  subject: undefined,
  id: undefined,
  tenant: undefined,
  version: undefined,
  at: undefined,
  quarantineUntil: undefined,
};

/** Operations that change an identifier. */
export const CHANGES = ['reserve', 'assign', 'release-reservation', 'release', 'recall', 'reinstate'] as const;

/** What an operation of numbering's clients says; undefined: nothing about the changes of an identifier. */
export function readNumbering(operation: Operation): Said<NumberingInput, NumberingOutput> | undefined {
  const { name, outcome, input, result = {}, invokedAt, completedAt } = operation;
  const told = outcome === 'ok' ? toldBy(input, result) : undefined;
  if (name === STEP_CLOCKS) return { input: { f: STEP_CLOCKS }, output: told };
  if (name === 'suspend') return { input: { f: 'suspend', tenant: String(input['tenantId']) }, output: told };
  const f = CHANGES.find((each) => each === name);
  // A replay repeats the answer to a call of before; a refused one changed nothing.
  if (f === undefined || outcome === 'fail' || result['replayed'] === true) return undefined;
  const subject = subjectIn(input);
  if (told !== undefined && (told.subject ?? subject) === undefined)
    throw new Misread(`expected kind and value in the result of an ok ${name}, found none`);
  return {
    input: {
      f,
      tenant: String(input['tenantId']),
      subject,
      of: text(input['reservationId'] ?? input['leaseId']),
      ttlMs: typeof input['ttlMs'] === 'number' ? input['ttlMs'] : undefined,
      from: invokedAt,
      to: outcome === 'ok' ? (completedAt ?? Infinity) : Infinity,
    },
    output: told,
  };
}

function toldBy(input: Operation['input'], result: NonNullable<Operation['result']>): NumberingOutput {
  const expiresAt = instant(result['expiresAt']);
  const ttlMs = input['ttlMs'];
  return {
    ...NOTHING_TOLD,
    subject: subjectIn(result),
    id: text(result['leaseId'] ?? result['reservationId']),
    tenant: text(result['tenantId']),
    version: typeof result['version'] === 'number' ? result['version'] : undefined,
    at: expiresAt === undefined || typeof ttlMs !== 'number' ? undefined : expiresAt - ttlMs,
    quarantineUntil: instant(result['quarantineUntil']),
  };
}

function subjectIn({ kind, value }: { readonly kind?: unknown; readonly value?: unknown }): string | undefined {
  return typeof value === 'string' && value !== '' ? `${String(kind)}:${value}` : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function instant(value: unknown): number | undefined {
  const at = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(at) ? undefined : at;
}
