import type { CaseFailure, Explored, SearchLimits } from '../../../contract/index.ts';
import { checker } from '../../checkers/index.ts';

/**
 * What a search may remember. Time does not pass in a simulated process while it searches, so that it is bounded by this alone,
 * and by the fewness of the operations.
 */
const LIMITS: SearchLimits = { timeMs: Infinity, memoryBytes: 64_000_000 };

/** Whether each identifier's changes, as the clients saw them, can have happened one after the other. What a search could not decide is no failure. */
export function linearizability({ operations }: Pick<Explored, 'operations'>): readonly CaseFailure[] {
  if (operations.length === 0) return [];
  const text = operations.map((operation) => `${JSON.stringify(operation)}\n`).join('');
  const { verdict, partitions } = checker.check(
    { name: 'history.jsonl', text },
    { model: 'numbering-identifier', limits: LIMITS, clock: () => 0 },
  );
  if (verdict !== 'illegal') return [];
  return partitions
    .filter((partition) => partition.verdict === 'illegal')
    .map(({ label, calls }) => ({
      check: 'linearizability',
      what: `${label}: its ${calls.length} calls (operations ${calls.map(({ id }) => id).join(', ')}) cannot have happened one after the other`,
    }));
}
