import type { Running } from '../../contract/index.ts';

/** A statement on the PostgreSQL that takes the writes now, over the administration's path. */
export async function primarySql(
  running: Running,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Record<string, unknown>[]> {
  return running.admin.sql(await primaryName(running), text, values);
}

/**
 * The component that takes the writes now: the failover manager's word. While there is no primary, the standby that has most of its
 * log: what is left can be read there. Without a manager the first server.
 */
export async function primaryName({ admin, deployment }: Running): Promise<string> {
  if (!deployment.components.some(({ name }) => name === 'failover-manager')) return 'postgres';
  const answer = await admin.http('failover-manager', { method: 'GET', path: '/v1/servers' }).catch(() => undefined);
  const { servers = [] } = (answer?.body ?? {}) as {
    servers?: readonly { name: string; role: string; position: number | null }[];
  };
  const standbys = servers.filter(({ role }) => role === 'standby');
  const [fullest] = standbys.toSorted((a, b) => (b.position ?? 0) - (a.position ?? 0));
  return (servers.find(({ role }) => role === 'primary') ?? fullest)?.name ?? 'postgres';
}
