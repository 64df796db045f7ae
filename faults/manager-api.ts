/** The operator API of who decides about the primary: `system/operations/failover-manager`. */
import type { Running } from '../contract/index.ts';

/** The server that takes writes, by the manager's last look; undefined: none does. */
export async function primaryOf(running: Running, manager: string): Promise<string | undefined> {
  const { servers = [] } = (await ask(running, manager, 'GET', '/v1/servers')) as {
    servers?: readonly { readonly name: string; readonly role: string }[];
  };
  return servers.find(({ role }) => role === 'primary')?.name;
}

/** A call of its operator API. @throws where it refuses */
export async function ask({ admin }: Running, manager: string, method: string, path: string): Promise<unknown> {
  const { status, body } = await admin.http(manager, { method, path });
  if (status >= 300) throw new Error(`${manager} answered ${status} to ${method} ${path}: ${JSON.stringify(body)}`);
  return body;
}
