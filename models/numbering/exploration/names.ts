import type { Operation } from '../../../contract/index.ts';

const MEMBERS = ['value', 'reservationId', 'leaseId', 'messageId', 'month', 'contractId', 'operator'] as const;

/** What a call is about: the identifier, reservation, lease, message, month or contract that it names or was told of. */
export function namesOf({ input, result = {} }: Operation): readonly string[] {
  const named = MEMBERS.flatMap((member) => [input[member], result[member]]);
  return [...new Set(named.filter((name) => typeof name === 'string' && name !== ''))] as readonly string[];
}
