import type { Operation } from '../../../contract/index.ts';

/**
 * Jepsen's independent histories: each value is a pair `[key value]`. When every operation of a history is invoked with a pair
 * (of a `cas` with a pair whose second part is one), the keys are taken out; otherwise the pairs are values, and all stays as it is.
 */
export function withKeys(operations: readonly Operation[]): readonly Operation[] {
  const keyed = operations.every(({ name, input }) => {
    if (input['key'] !== undefined) return false;
    const pair = input['value'];
    return isPair(pair) && (name !== 'cas' || isPair(pair[1]));
  });
  if (!keyed) return operations;
  return operations.map((operation): Operation => {
    const { input, result } = operation;
    const [key, value] = input['value'] as readonly [unknown, unknown];
    const answer = result?.['value'];
    const answered = isPair(answer) ? { ...result, value: answer[1] } : result;
    return { ...operation, input: { ...input, key, value }, ...(answered === undefined ? {} : { result: answered }) };
  });
}

function isPair(value: unknown): value is readonly [unknown, unknown] {
  return Array.isArray(value) && value.length === 2;
}
