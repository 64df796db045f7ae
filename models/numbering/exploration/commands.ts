import fc from 'fast-check';
import type { Arguments, CommandKind } from '../../../contract/index.ts';

/** Numbers that all clients fight for: few, so that they meet. */
export const NUMBERS = 6;
/** Shorter than the document's 30 days, so that what rests comes back within a run. */
export const QUARANTINE_MS = 8000;
/** Rows of an operator's file. */
const ROWS_MAX = 250;

const number = fc.nat({ max: NUMBERS - 1 });
/** Which of the things that a client knows, the latest first; mostly that. */
const back = fc.constantFrom(0, 0, 0, 0, 1, 2, 3);
const via = fc.constantFrom('http', 'grpc');
/** Where the call goes, in a deployment with two regions. */
const region = fc.constantFrom('kbl', 'mzr');
const ttlMs = fc.constantFrom(60_000, 20_000, 5000, 1500);

type Members = Readonly<Record<string, fc.Arbitrary<number | string | boolean>>>;

const reads = (weight: number, members: Members): CommandKind => ({
  weight,
  arguments: fc.record(members) as fc.Arbitrary<Arguments>,
  ...('number' in members ? { about: 'number' } : {}),
});
const writes = (weight: number, members: Members): CommandKind => ({ ...reads(weight, members), writes: true });

/**
 * What tenants, operators and officers of numbering do. Things are named by role: `number` is one of those that all fight
 * for, `back` counts from the latest reservation, lease or call of the client that acts.
 */
export const commands = {
  reserve: { ...writes(8, { number, ttlMs, via, region }), due: ({ ttlMs: after }) => [Number(after)] },
  assign: writes(6, { back, via, region }),
  'assign-number': writes(3, { number, via, region }),
  'assign-any': writes(1, { via, region }),
  release: { ...writes(4, { back, via, region }), due: () => [QUARANTINE_MS] },
  'release-reservation': writes(3, { back, region }),
  recall: { ...writes(2, { back, via, region }), due: () => [QUARANTINE_MS] },
  reinstate: writes(2, { back, via, region }),
  validate: reads(5, { number, via, region }),
  'look-up': reads(1, { number, region }),
  browse: reads(1, { region }),
  /** The same call with the same key, whatever came of the first. */
  repeat: reads(3, { back, region }),
  /** Another payload under the key of an earlier call. */
  'reuse-key': reads(1, { back, number, ttlMs }),
  import: writes(3, { rows: fc.integer({ min: 1, max: ROWS_MAX }), signed: fc.boolean(), malformed: fc.boolean() }),
  suspend: writes(1, { tenant: fc.nat({ max: 2 }), twice: fc.boolean() }),
} as const satisfies Readonly<Record<string, CommandKind>>;

export type CommandName = keyof typeof commands;

/** What one of them does in a row. */
export const stories: readonly (readonly CommandName[])[] = [
  ['reserve', 'assign', 'release'],
  ['reserve', 'assign', 'validate', 'release', 'validate'],
  ['reserve', 'assign', 'repeat'],
  ['reserve', 'repeat', 'release-reservation', 'reserve'],
  ['reserve', 'release-reservation', 'release-reservation'],
  ['assign-number', 'validate', 'recall', 'validate', 'reinstate', 'validate'],
  ['assign-number', 'recall', 'reinstate', 'release'],
  ['assign-number', 'release', 'assign-number', 'look-up'],
  ['assign-number', 'repeat'],
  ['assign-any', 'release', 'repeat'],
];
