import type { Instants } from 'faultline';

/** True until the run has recovered; a run whose fault left no trace has nothing to recover from. */
export function goesOn({ cleared, recovered, witnessed }: Instants): boolean {
  return recovered === undefined && (cleared === undefined || witnessed !== undefined);
}
