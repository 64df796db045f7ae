import type { Running } from '../../../contract/index.ts';
import type { IdentifierKey } from '../clients/call.ts';

const read = new WeakMap<Running, Map<string, Promise<IdentifierKey[]>>>();

/** A number of the operator's block that nothing else in this run uses; AVAILABLE when its block was first asked for. */
export async function blockNumber(running: Running, operator: string): Promise<IdentifierKey> {
  let blocks = read.get(running);
  if (blocks === undefined) read.set(running, (blocks = new Map()));
  let numbers = blocks.get(operator);
  if (numbers === undefined) blocks.set(operator, (numbers = readBlock(running, operator)));
  const number = (await numbers).shift();
  if (number === undefined) throw new Error(`no number is left in the block of ${operator}`);
  return number;
}

async function readBlock({ admin }: Running, operator: string): Promise<IdentifierKey[]> {
  const rows = await admin.sql(
    'postgres',
    `select kind, value from numbering.identifiers where block_id = $1 and state = 'AVAILABLE' order by kind, value`,
    [`${operator}/1`],
  );
  return rows as unknown as IdentifierKey[];
}
