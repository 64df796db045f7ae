import type { PendingOperation } from '../../../../contract/index.ts';

/** An error as a value. */
export const failure = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** Ends the operation with what `work` gives; nobody knows what became of work that failed. */
export async function recorded(
  operation: PendingOperation,
  work: () => Promise<Readonly<Record<string, unknown>>>,
): Promise<void> {
  const result = await work().catch(failure);
  if (result instanceof Error) operation.info(result.message);
  else operation.ok(result);
}
