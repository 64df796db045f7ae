/** The streams of NATS that services of numbering publish to and consume. */
import type { StreamSpec } from '../kit/nats.ts';

/** What happened to identifiers: the outbox of numbering, each event on the subject that is its type. */
export const NUMBERING: StreamSpec = { name: 'NUMBERING', subjects: ['numbering.>'] };
/** Suspensions of tenants. */
export const COMPLIANCE: StreamSpec = { name: 'COMPLIANCE', subjects: ['compliance.>'] };
/** Scores of fraud-intel. */
export const FRAUD: StreamSpec = { name: 'FRAUD', subjects: ['fraud.>'] };
