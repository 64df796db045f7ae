import type { Running } from '../../contract/index.ts';
import type { IdentifierKey } from './clients/call.ts';

/** What the deployed inventory has for whom. Told by the prefixes that `deployments/numbering/inventory.ts` gives. */
export interface Inventory {
  /** Leases to validate, with their holders. */
  readonly leased: readonly (IdentifierKey & { readonly tenantId: string })[];
  /** For the steady load. */
  readonly load: readonly IdentifierKey[];
  /** For activities; each number is given out once. */
  readonly spare: IdentifierKey[];
  /** So few that one page of Browse shows them all. */
  readonly shortCodes: readonly IdentifierKey[];
}

const LOAD_PREFIX = '+93700';

const read = new WeakMap<Running, Promise<Inventory>>();

/** The inventory as it was when it was first asked for in this run. */
export function inventoryOf(running: Running): Promise<Inventory> {
  let inventory = read.get(running);
  if (inventory === undefined) {
    inventory = readInventory(running);
    read.set(running, inventory);
  }
  return inventory;
}

/** Numbers that nothing else in this run uses, AVAILABLE. */
export async function spareNumbers(running: Running, count: number): Promise<readonly IdentifierKey[]> {
  const { spare } = await inventoryOf(running);
  const taken = spare.splice(0, count);
  if (taken.length < count) throw new Error(`wanted ${count} spare numbers, ${taken.length} are left`);
  return taken;
}

async function readInventory({ admin }: Running): Promise<Inventory> {
  const leased = await admin.sql(
    'postgres',
    `select kind, value, tenant_id as "tenantId" from numbering.leases where status = 'ACTIVE' order by kind, value`,
  );
  const free = (await admin.sql(
    'postgres',
    `select kind, value from numbering.identifiers where state = 'AVAILABLE' and block_id is null order by kind, value`,
  )) as readonly (IdentifierKey & Record<string, unknown>)[];
  const numbers = free.filter(({ kind }) => kind === 'MSISDN');
  return {
    leased: leased as unknown as Inventory['leased'],
    load: numbers.filter(({ value }) => value.startsWith(LOAD_PREFIX)),
    spare: numbers.filter(({ value }) => !value.startsWith(LOAD_PREFIX)),
    shortCodes: free.filter(({ kind }) => kind === 'SHORT_CODE'),
  };
}
