import type { Running } from '../../contract/index.ts';

/** A statement on the PostgreSQL that takes the writes now, over the administration's path. */
export function primarySql(
  running: Running,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Record<string, unknown>[]> {
  return running.admin.sql('postgres', text, values);
}
