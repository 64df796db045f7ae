import type { CaseFailure, Evidence, Explored, Ms, Running } from '../../../contract/index.ts';
import { collect } from '../collect.ts';
import { primarySql } from '../primary.ts';

/** An Idempotency-Key as the database has it. */
interface KeyRow {
  readonly tenant_id: string;
  readonly key: string;
  readonly answered: boolean;
  readonly lease_id: string | null;
  readonly reservation_id: string | null;
  readonly kept_ms: Ms;
}

/** NUM-19: for so long a key has one effect and one payload. */
const KEPT_MS: Ms = 24 * 3_600_000;
const CHANGES: readonly string[] = ['reserve', 'assign', 'release-reservation', 'release', 'recall', 'reinstate'];

/** What the rows' invariants read, and the keys beside: in a row there are too many. */
export async function collectWithKeys(running: Running): Promise<Evidence['finalState']> {
  const collected = await collect(running);
  const keys = await primarySql(
    running,
    `select tenant_id, key, response is not null as answered, response->>'leaseId' as lease_id, response->>'reservationId' as reservation_id,
        floor(extract(epoch from expires_at - created_at) * 1000)::float8 as kept_ms
       from numbering.idempotency_keys order by tenant_id, key`,
  );
  return { ...collected, keys: keys };
}

/** Each success is kept under its key for as long as the document says, and no key is held without an answer. */
export function keys({ operations, finalState }: Pick<Explored, 'operations' | 'finalState'>): readonly CaseFailure[] {
  const rows = (finalState['keys'] ?? []) as unknown as readonly KeyRow[];
  if (finalState['keys'] === undefined) return [];
  const kept = new Map(rows.map((row) => [`${row.tenant_id} ${row.key}`, row]));
  const lost = operations.flatMap(({ id, name, input, outcome, result, completedAt }): CaseFailure[] => {
    if (!CHANGES.includes(name) || outcome !== 'ok' || typeof input['idempotencyKey'] !== 'string') return [];
    const row = kept.get(`${String(input['tenantId'])} ${input['idempotencyKey']}`);
    const what = unlike(row, result?.[name.includes('reserv') ? 'reservationId' : 'leaseId']);
    if (what === undefined) return [];
    return [
      {
        check: 'answers:kept-under-its-key',
        what: `operation ${id}: ${name} was answered, and under its key ${what}`,
        ...(completedAt === undefined ? {} : { at: completedAt }),
      },
    ];
  });
  const held = rows
    .filter(({ answered }) => !answered)
    .map(({ tenant_id: tenant, key }) => ({
      check: 'answers:key-without-answer',
      what: `the key ${key} of ${tenant} is held, and nothing is answered under it`,
    }));
  return [...lost, ...held];
}

function unlike(row: KeyRow | undefined, id: unknown): string | undefined {
  if (row === undefined) return 'nothing is kept';
  if (row.kept_ms < KEPT_MS) return `that is kept for ${row.kept_ms} ms only`;
  const own = row.lease_id ?? row.reservation_id;
  return typeof id === 'string' && own !== null && own !== id ? `another answer is kept, of ${own}` : undefined;
}
