import fc from 'fast-check';
import type { CommandKind, Ms } from '../../../../contract/index.ts';
import { AUDIT_JOB } from '../../administration/verification.ts';
import { back, reads, via, writes } from '../command-kinds.ts';

export const EXPORT_JOB = 'numbering-jobs-export';
export const CONTRACTS_JOB = 'numbering-jobs-contracts';
export const GATEWAY = 'object-gateway';
export const STORE = 'object-store';
export const KMS = 'provider-kms';

/** A day of the daily jobs, so short that some pass within a run. */
export const DAY_MS: Ms = 8000;
/** Between two looks of a daily job whether its day has passed. */
export const TICK_MS: Ms = 1000;
/** Between two looks at the plan of exports, and until one that failed is tried again. */
export const EXPORT_TICK_MS: Ms = 1000;
export const EXPORT_RETRY_MS: Ms = 2000;

/** Operators in whose blocks numbers are leased: few, so that tenants and terms meet. */
export const OPERATORS = ['Roshan', 'AWCC'] as const;
/** Numbers of each block that tenants fight for. */
export const IN_BLOCK = 3;
/** Of a term that does not end within a run, nor comes near its end. */
const YEARS_MS: Ms = 2 * 365 * 86_400_000;

const operator = fc.nat({ max: OPERATORS.length - 1 });
const nth = fc.nat({ max: IN_BLOCK - 1 });

/** What operators, officers and administrators do, and who meddles with the audit trail past the service. */
export const officerCommands = {
  'assign-in-block': writes(6, { operator, nth, via }),
  'validate-in-block': reads(2, { operator, nth, via }),
  /** By the operator, or signed by somebody else. */
  'file-term': {
    ...writes(4, {
      operator,
      lastsMs: fc.constantFrom(1500, 5000, 12_000, YEARS_MS, YEARS_MS),
      signed: fc.constantFrom(true, true, true, false),
    }),
    due: ({ lastsMs }) => [{ after: Number(lastsMs), by: ['assign-in-block', 'validate-in-block', 'file-term'] }],
  },
  'acknowledge-expiry': writes(1, { operator, stepDays: fc.constantFrom(60, 30, 7) }),
  /** One more month is planned, some seconds ahead. */
  'plan-export': {
    ...writes(5, { inMs: fc.constantFrom(0, 1500, 6000, 15_000) }, EXPORT_JOB, KMS, GATEWAY, STORE),
    due: ({ inMs }) => [
      { after: Number(inMs), by: ['generate-export', 'look-at-exports', 'verify-audit'] },
      { after: Number(inMs), by: [], carriedOutBy: [EXPORT_JOB, KMS, GATEWAY] },
    ],
  },
  'generate-export': writes(4, { back }, KMS, STORE),
  /** The regulator looks at what there is. */
  'look-at-exports': reads(3, {}),
  'verify-audit': writes(3, {}, AUDIT_JOB, KMS, STORE),
  /** Somebody alters a row of the audit trail, counted from the latest, and puts it back or not (0). */
  tamper: {
    ...reads(2, {
      row: fc.nat({ max: 9 }),
      deed: fc.constantFrom('change', 'delete', 'recompute'),
      putBackMs: fc.constantFrom(0, 0, 2500, 6000),
    }),
    due: ({ putBackMs }) => [
      { after: DAY_MS, by: ['generate-export', 'restore-audit-row'] },
      ...(putBackMs === 0 ? [] : [{ after: Number(putBackMs), by: ['verify-audit', 're-anchor'] }]),
    ],
  },
  'restore-audit-row': writes(2, {}, STORE, KMS),
  /** By all three officers, by two, or by one in the name of another. */
  're-anchor': writes(4, { signedBy: fc.constantFrom('all', 'two', 'another') }),
} as const satisfies Readonly<Record<string, CommandKind>>;

export type OfficerCommandName = keyof typeof officerCommands;
