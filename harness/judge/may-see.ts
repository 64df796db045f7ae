import type { Instants, Ms, Operation } from '../../contract/index.ts';
import type { Judgement } from './judgement.ts';

/**
 * "May see" of `impact`: between injection and recovery clients may meet the refusals listed (operation name -> codes) and
 * operations whose outcome nobody knows; outside it they meet neither. Operations before the steady state are not judged.
 */
export function judgeMaySee(
  operations: readonly Operation[],
  allowed: Readonly<Record<string, readonly string[]>>,
  instants: Instants,
): Judgement {
  const judged = operations.filter(({ invokedAt }) => invokedAt >= (instants.steady ?? 0));
  const violations = judged.filter((operation) => !permitted(operation, allowed, instants));
  const first = violations[0];
  if (first) {
    const kinds = [...new Set(violations.map(describe))].slice(0, 3).join('; ');
    return {
      verdict: 'fail',
      at: first.invokedAt,
      seen: `${violations.length} of ${judged.length} operations: ${kinds}`,
    };
  }
  if (judged.length === 0) return { verdict: 'vacuous', seen: 'no operation was made' };
  const refused = judged.filter(({ outcome }) => outcome !== 'ok').length;
  return { verdict: 'pass', seen: `${refused} of ${judged.length} operations not ok, all allowed` };
}

function permitted(
  operation: Operation,
  allowed: Readonly<Record<string, readonly string[]>>,
  instants: Instants,
): boolean {
  if (operation.outcome === 'ok') return true;
  const { injected, recovered = Infinity } = instants;
  const touched = overlaps(operation, injected ?? Infinity, recovered);
  if (!touched) return false;
  return operation.outcome === 'info' || (allowed[operation.name] ?? []).includes(operation.error ?? '');
}

function overlaps({ invokedAt, completedAt = Infinity }: Operation, from: Ms, to: Ms): boolean {
  return invokedAt <= to && completedAt >= from;
}

function describe({ name, outcome, error }: Operation): string {
  return `${name} ${outcome} ${error ?? 'without an answer'}`;
}
