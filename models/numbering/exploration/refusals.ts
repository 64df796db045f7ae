import type { CaseFailure, Explored, Operation } from '../../../contract/index.ts';
import { ADMINISTRATION } from '../clients/admin-call.ts';
import { INTERNAL_NAMES } from '../internal-names.ts';
import { quietButForRedis } from './quiet.ts';

/** Refusals that end by themselves: whoever meets one is told when to try again (system/numbering/README.md). */
const HINTED: readonly string[] = [
  'UNAVAILABLE',
  'ALPHA_VERIFY_UNAVAILABLE',
  'RESERVATION_QUOTA',
  'LEASE_QUOTA',
  'RATE_LIMITED',
];

/** What a refusal says beside its code, and which there may be none of at all. */
export function refusals(explored: Explored): readonly CaseFailure[] {
  const failure = (check: string, { id, invokedAt }: Operation, what: string): CaseFailure => ({
    check: `answers:${check}`,
    what: `operation ${id}: ${what}`,
    at: invokedAt,
  });
  const hints = explored.operations.flatMap((operation) => {
    const { name, error = '', result } = operation;
    const said = result?.['status'] ?? result?.['grpcStatus'];
    if (operation.outcome === 'ok' || said === undefined || !HINTED.includes(error)) return [];
    return Number(result?.['retryAfterMs']) > 0
      ? []
      : [failure('retry-hint', operation, `${name} was answered ${error}, and not told when to try again`)];
  });
  const internal = explored.operations.flatMap((operation) => {
    const { name, input, error, result, outcome } = operation;
    if (outcome === 'ok') return [];
    // Administrators are told what failed, as the plan of exports tells them.
    const names = input['tenantId'] !== ADMINISTRATION;
    const text = [result?.['title'], result?.['detail']].filter((part) => typeof part === 'string').join(' ');
    return result?.['status'] === 500 || error === 'INTERNAL' || (names && INTERNAL_NAMES.test(text))
      ? [failure('nothing-internal', operation, `${name} was answered ${String(error)} "${text}"`)]
      : [];
  });
  const unvalidated = quietButForRedis(explored).flatMap((operation) =>
    operation.name === 'validate' && operation.outcome !== 'ok'
      ? [
          failure(
            'validated-without-redis',
            operation,
            `a validation was answered ${String(operation.error)}, and nothing but Redis was broken`,
          ),
        ]
      : [],
  );
  return [...hints, ...internal, ...unvalidated];
}
