import type { CaseFailure, Explored, Running } from '../../../contract/index.ts';
import type { IdentifierKey } from '../clients/call.ts';
import { primarySql } from '../primary.ts';

/** Sender ids that tenants fight for. */
export const SENDERS = 4;

export const senderOf = (n: number): IdentifierKey => ({ kind: 'ALPHA', value: `EXPLORER${n}` });

/** By tenant, the sender ids to which it has proven a right: some have several, some share one, one has none. */
const PROVEN: Readonly<Record<string, readonly number[]>> = { 'explorer-0': [0, 1, 2], 'explorer-1': [1, 2] };

const isProven = (tenant: unknown, sender: unknown): boolean =>
  PROVEN[String(tenant)]?.some((n) => senderOf(n).value === sender) === true;

/** Puts the sender ids into the inventory, and into the registry who has proven a right to which. */
export async function loadSenders(running: Running): Promise<void> {
  const senders = Array.from({ length: SENDERS }, (_, n) => senderOf(n).value);
  const proven = Object.entries(PROVEN).flatMap(([tenant, own]) => own.map((n) => [tenant, senderOf(n).value]));
  await primarySql(running, "insert into numbering.identifiers (kind, value) select 'ALPHA', unnest($1::text[])", [
    senders,
  ]);
  await primarySql(
    running,
    'insert into sender_registry.verified (tenant_id, sender_id) select * from unnest($1::text[], $2::text[])',
    [proven.map(([tenant]) => tenant), proven.map(([, sender]) => sender)],
  );
}

/** A sender id goes to whom it was verified for, and nobody is told that it was not who has proven its right. */
export function alpha({ operations }: Pick<Explored, 'operations'>): readonly CaseFailure[] {
  return operations.flatMap(({ id, name, input, outcome, error, result, invokedAt }): CaseFailure[] => {
    // By a reservation it is the answer that names it.
    const { kind, value } = input['kind'] === undefined && outcome === 'ok' ? (result ?? {}) : input;
    if (name !== 'assign' || kind !== 'ALPHA') return [];
    const { tenantId } = input;
    const proven = isProven(tenantId, value);
    const wrong = proven ? error === 'ALPHA_NOT_VERIFIED' : outcome === 'ok';
    if (!wrong) return [];
    const what = proven
      ? `${String(tenantId)} was told that ${String(value)} is not verified for it, and it is`
      : `${String(tenantId)} was given ${String(value)}, which is not verified for it`;
    return [{ check: 'answers:verified-sender', what: `operation ${id}: ${what}`, at: invokedAt }];
  });
}
