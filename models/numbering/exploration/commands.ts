import fc from 'fast-check';
import type { CommandKind, Due } from '../../../contract/index.ts';
import { officerCommands } from './administration/commands.ts';
import { SENDERS } from './alpha.ts';
import { back, reads, via, writes } from './command-kinds.ts';
import { number } from './fought-for.ts';

/** Shorter than the document's 30 days, so that what rests comes back within a run. */
export const QUARANTINE_MS = 5000;
/** Between two sweeps. */
export const SWEEP_MS = 2000;
/** Short codes that clients of the portal fight for. */
export const CODES = 4;
/** Rows of an operator's file. */
const ROWS_MAX = 250;

/** Of the short codes. */
const code = fc.nat({ max: CODES - 1 });
const sender = fc.nat({ max: SENDERS - 1 });
/** Where the call goes, in a deployment with two regions. */
const region = fc.constantFrom('kbl', 'mzr');
const ttlMs = fc.constantFrom(60_000, 20_000, 5000, 1500);

/** Whether it is sent with an Idempotency-Key: a browser has none, and the portal makes one. */
const keyed = fc.constantFrom(true, true, false);

/** The quarantine is over, and a sweep has come round. */
const rested = (by: readonly string[]) => (): readonly Due[] => [
  { after: QUARANTINE_MS, by },
  { after: QUARANTINE_MS + SWEEP_MS + 500, by },
  { after: QUARANTINE_MS, by: [], carriedOutBy: ['numbering-jobs-quarantine'] },
];

/**
 * What tenants, operators and officers of numbering do. Things are named by role: `number` is one of those that all fight
 * for, `back` counts from the latest reservation, lease or call of the client that acts.
 */
export const commands = {
  reserve: {
    ...writes(8, { number, ttlMs, via, region }),
    due: ({ ttlMs: after }) => [
      {
        after: Number(after),
        by: ['assign', 'release-reservation', 'reserve', 'assign-number'],
        carriedOutBy: ['numbering-jobs-cleanup'],
      },
    ],
  },
  assign: writes(6, { back, via, region }),
  'assign-number': writes(3, { number, via, region }),
  'assign-any': writes(1, { via, region }),
  release: { ...writes(4, { back, via, region }), due: rested(['reserve', 'assign-number']) },
  'release-reservation': writes(3, { back, region }),
  recall: { ...writes(2, { back, via, region }), due: rested(['reinstate', 'reserve', 'assign-number']) },
  reinstate: writes(2, { back, via, region }),
  /** With what another client was given, which is nobody else's business. */
  meddle: reads(2, { what: fc.constantFrom('assign', 'release', 'release-reservation'), back, via, region }),
  validate: reads(5, { number, via, region }),
  'look-up': reads(1, { number, region }),
  browse: reads(1, { region }),
  /** The same call with the same key, whatever came of the first. */
  repeat: reads(3, { back, region }),
  /** Another payload under the key of an earlier call. */
  'reuse-key': reads(1, { back, number, ttlMs }),
  /** Asks for any number under a key that another tenant has used for the same. */
  'borrow-key': writes(1, { back, via, region }),
  import: writes(
    6,
    // Most are as they should be: only what is taken in can be taken in by half.
    {
      rows: fc.integer({ min: 1, max: ROWS_MAX }),
      signed: fc.constantFrom(true, true, true, false),
      malformed: fc.constantFrom(false, false, false, true),
    },
    'numbering-jobs-imports',
    'object-store',
  ),
  /** Of short codes, which the portal shows on one page. */
  'portal-reserve': {
    ...writes(5, { code, ttlMs, keyed }, 'customer-portal'),
    due: ({ ttlMs: after }) => [{ after: Number(after), by: ['portal-assign', 'portal-reserve'] }],
  },
  'portal-assign': writes(4, { back, keyed }, 'customer-portal'),
  'portal-pool': reads(3, {}),
  /** A message, to the portal or to the orchestrator itself. */
  send: writes(6, { number, door: fc.constantFrom('portal', 'orchestrator') }, 'sms-orchestrator', 'customer-portal'),
  'message-state': reads(2, { back }),
  'reserve-alpha': writes(4, { sender, ttlMs, via, region }),
  'assign-alpha': writes(6, { sender, via, region }, 'sender-id-registry'),
  'validate-alpha': reads(2, { sender, via }),
  /** Of the client's own tenant. */
  suspend: writes(6, { twice: fc.boolean() }, 'compliance-engine', 'numbering-jobs-recall'),
  /** fraud-intel's score of the client's own tenant: from 90 on it suspends. `twice`: NATS has the message twice. */
  suspect: writes(
    3,
    { score: fc.constantFrom(0, 89, 90, 100), twice: fc.boolean() },
    'compliance-engine',
    'numbering-jobs-recall',
  ),
  ...officerCommands,
} as const satisfies Readonly<Record<string, CommandKind>>;

export type CommandName = keyof typeof commands;

/** What one of them does in a row. */
export const stories: readonly (readonly CommandName[])[] = [
  ['reserve', 'assign', 'release'],
  ['reserve', 'assign', 'validate', 'release', 'validate'],
  ['reserve', 'assign', 'repeat'],
  ['reserve', 'meddle'],
  ['assign-number', 'meddle', 'release'],
  ['reserve', 'repeat', 'release-reservation', 'reserve'],
  ['reserve', 'release-reservation', 'release-reservation'],
  ['assign-number', 'validate', 'recall', 'validate', 'reinstate', 'validate'],
  ['assign-number', 'recall', 'reinstate', 'release'],
  ['assign-number', 'recall', 'assign-number', 'reinstate'],
  ['assign-number', 'recall', 'assign-number', 'release', 'reinstate'],
  ['assign-number', 'release', 'assign-number', 'look-up'],
  ['assign-number', 'repeat'],
  ['assign-any', 'release', 'repeat'],
  ['assign-any', 'borrow-key'],
  ['assign-any', 'assign-any', 'assign-any', 'assign-any'],
  // At its limit, one is given back for another; and what was refused leaves the place free.
  ['assign-any', 'assign-any', 'assign-any', 'release', 'assign-any'],
  ['reserve', 'reserve', 'reserve', 'release-reservation', 'reserve'],
  ['assign-number', 'suspend'],
  ['reserve', 'assign', 'suspend'],
  ['assign-number', 'suspend', 'assign-number', 'release'],
  ['assign-number', 'suspect'],
  ['reserve', 'reserve', 'reserve', 'reserve'],
  ['assign-number', 'recall', 'suspend', 'reinstate'],
  ['portal-pool', 'portal-reserve', 'portal-assign', 'release'],
  ['portal-reserve', 'portal-reserve'],
  ['assign-number', 'send', 'send', 'message-state'],
  ['assign-number', 'send', 'release', 'message-state'],
  ['assign-number', 'send', 'repeat', 'release', 'send', 'message-state'],
  ['assign-alpha', 'validate-alpha', 'release', 'assign-alpha'],
  ['reserve-alpha', 'assign', 'validate-alpha'],
  ['assign-alpha', 'repeat'],
  ['file-term', 'assign-in-block', 'validate-in-block', 'assign-in-block'],
  ['assign-in-block', 'file-term', 'validate-in-block', 'file-term', 'assign-in-block', 'release'],
  ['file-term', 'acknowledge-expiry', 'file-term'],
  ['plan-export', 'look-at-exports', 'generate-export', 'look-at-exports'],
  ['plan-export', 'generate-export', 'generate-export'],
  ['tamper', 'verify-audit', 'restore-audit-row', 'verify-audit', 're-anchor'],
  ['assign-in-block', 'verify-audit', 'tamper', 'verify-audit', 'plan-export', 'generate-export'],
  ['tamper', 'verify-audit', 're-anchor', 'restore-audit-row', 'verify-audit', 're-anchor', 'generate-export'],
];
