import type { Ms, Operation } from '../../../contract/index.ts';

/** What clients are doing, the more telling first: a fault hits a system in one of these. */
export const states = [
  'assign under way',
  'reserve under way',
  'recall or release under way',
  'import under way',
  'send under way',
  'administration under way',
  'read under way',
  'reservation pending',
  'lease held',
  'idle',
] as const;

/** What officers do that changes something. */
const ADMINISTRATION = ['file-term', 'generate-export', 'verify-audit', 'restore-audit-row', 're-anchor'] as const;

export function stateAt(operations: readonly Operation[], at: Ms): (typeof states)[number] {
  const begun = operations.filter(({ invokedAt }) => invokedAt <= at);
  const under = new Set(begun.filter(({ completedAt = Infinity }) => completedAt > at).map(({ name }) => name));
  if (under.has('assign')) return 'assign under way';
  if (under.has('reserve')) return 'reserve under way';
  if (['release', 'release-reservation', 'recall', 'reinstate', 'suspend'].some((name) => under.has(name)))
    return 'recall or release under way';
  if (under.has('import')) return 'import under way';
  if (under.has('send')) return 'send under way';
  if (ADMINISTRATION.some((name) => under.has(name))) return 'administration under way';
  if (under.size > 0) return 'read under way';
  const ended = new Set(
    begun.flatMap(({ name, input }) => (name === 'reserve' ? [] : [input['reservationId'] ?? input['leaseId']])),
  );
  const held = begun.filter(({ outcome }) => outcome === 'ok');
  const pending = held.some(
    ({ name, result, input, invokedAt }) =>
      name === 'reserve' && !ended.has(result?.['reservationId']) && invokedAt + Number(input['ttlMs']) > at,
  );
  if (pending) return 'reservation pending';
  return held.some(({ name, result }) => name === 'assign' && !ended.has(result?.['leaseId'])) ? 'lease held' : 'idle';
}
