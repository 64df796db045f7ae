import fc from 'fast-check';
import type { Arguments, CommandKind } from '../../../contract/index.ts';

/** Numbers that all clients fight for: few, so that they meet. */
export const NUMBERS = 6;
/** Rows of an operator's file. */
const ROWS_MAX = 250;

const number = fc.nat({ max: NUMBERS - 1 });
/** Which of the things that a client knows, the latest first. */
const back = fc.nat({ max: 3 });
const via = fc.constantFrom('http', 'grpc');
/** Where the call goes, in a deployment with two regions. */
const region = fc.constantFrom('kbl', 'mzr');
const ttlMs = fc.constantFrom(60_000, 20_000, 5000, 1500);

function kind(weight: number, members: Readonly<Record<string, fc.Arbitrary<number | string | boolean>>>): CommandKind {
  return { weight, arguments: fc.record(members) as fc.Arbitrary<Arguments> };
}

/**
 * What tenants, operators and officers of numbering do. Things are named by role: `number` is one of those that all fight
 * for, `back` counts from the latest reservation, lease or call of the client that acts.
 */
export const commands = {
  reserve: kind(8, { number, ttlMs, via, region }),
  assign: kind(6, { back, via, region }),
  'assign-number': kind(3, { number, via, region }),
  'assign-any': kind(1, { via, region }),
  release: kind(4, { back, via, region }),
  'release-reservation': kind(3, { back, region }),
  recall: kind(2, { back, via, region }),
  reinstate: kind(2, { back, via, region }),
  validate: kind(5, { number, via, region }),
  'look-up': kind(1, { number, region }),
  browse: kind(1, { region }),
  /** The same call with the same key, whatever came of the first. */
  repeat: kind(3, { back, region }),
  /** Another payload under the key of an earlier call. */
  'reuse-key': kind(1, { back, number, ttlMs }),
  import: kind(3, { rows: fc.integer({ min: 1, max: ROWS_MAX }), signed: fc.boolean(), malformed: fc.boolean() }),
  suspend: kind(1, { tenant: fc.nat({ max: 2 }), twice: fc.boolean() }),
} as const satisfies Readonly<Record<string, CommandKind>>;

export type CommandName = keyof typeof commands;
