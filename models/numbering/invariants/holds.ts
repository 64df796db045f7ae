import { STEP_CLOCKS } from '../../../contract/index.ts';
import type { Ms, Operation } from '../../../contract/index.ts';
import { subjectOf } from './tables.ts';

/** A time in which a tenant certainly held an identifier, as its own calls tell: on the run's clock. */
export interface Hold {
  readonly subject: string;
  readonly tenantId: string;
  readonly from: Ms;
  readonly to: Ms;
  readonly by: Operation;
}

/**
 * What clients know for certain. A hold begins when its success was answered and ends when its tenant begins to give it up
 * or an operator to take it away, whatever came of that, or when its life may be over: no clock or database of the system is
 * asked. A reservation that becomes a lease is two holds of one tenant: the first one ends when the tenant asks for the
 * lease. The life of a reservation counts from the first call under its key: a replay makes it no longer.
 */
export function certainHolds(operations: readonly Operation[]): readonly Hold[] {
  const givenUp = new Map<string, Ms>();
  const suspended = new Map<string, Ms>();
  const asked = new Map<string, Ms>();
  for (const { name, input, invokedAt } of operations) {
    const key = keyOf(input);
    if (!asked.has(key)) asked.set(key, invokedAt);
    if (name === SUSPENDS && !suspended.has(String(input['tenantId'])))
      suspended.set(String(input['tenantId']), invokedAt);
    if (!GIVES_UP.includes(name)) continue;
    const id = String(input['reservationId'] ?? input['leaseId']);
    givenUp.set(id, Math.min(invokedAt, givenUp.get(id) ?? Infinity));
  }
  // A step of the services' clocks ends reservations whenever it likes.
  const steps = operations.filter(({ name }) => name === STEP_CLOCKS).map(({ invokedAt }) => invokedAt);
  return operations.flatMap((by): Hold[] => {
    const { name, outcome, input, result, invokedAt, completedAt } = by;
    if (outcome !== 'ok' || completedAt === undefined || (name !== 'reserve' && name !== 'assign')) return [];
    const id = String(result?.[name === 'reserve' ? 'reservationId' : 'leaseId']);
    const step = steps.find((at) => at >= invokedAt) ?? Infinity;
    const since = input['idempotencyKey'] === undefined ? invokedAt : (asked.get(keyOf(input)) ?? invokedAt);
    const over = name === 'reserve' ? Math.min(since + Number(input['ttlMs']), step) : Infinity;
    const taken = suspended.get(String(input['tenantId'])) ?? Infinity;
    const to = Math.min(over, taken, givenUp.get(id) ?? Infinity);
    return to <= completedAt
      ? []
      : [{ subject: subjectOf(result), tenantId: String(input['tenantId']), from: completedAt, to, by }];
  });
}

/** Operations by which a hold may end; the one that they end is in their input. */
const GIVES_UP: readonly string[] = ['release-reservation', 'assign', 'release', 'recall'];

/** Takes all that a tenant leases. */
const SUSPENDS = 'suspend';

const keyOf = (input: Operation['input']): string => `${String(input['tenantId'])} ${String(input['idempotencyKey'])}`;
