import type { Operation } from '../../contract/index.ts';
import { checked } from './checked.ts';
import type { Checked, Finding } from './checked.ts';
import { answered } from './fields.ts';
import { Misread } from './models/history-model.ts';
import { textOf } from './values.ts';

/**
 * Money moves between accounts and is neither made nor lost: `read` answers `{ balances: { account: amount } }` of all accounts, whose
 * sum is always `total`, and no balance is below zero unless `overdraft`. Examined are reads. Worst: the furthest off.
 */
export function bank(
  operations: readonly Operation[],
  { total, overdraft = false }: { readonly total: number; readonly overdraft?: boolean },
): Checked {
  const reads = answered(operations, 'read');
  const findings = reads.flatMap((read): readonly Finding[] => {
    const balances = balancesOf(read);
    const sum = balances.reduce((all, [, amount]) => all + amount, 0);
    const below = overdraft ? [] : balances.filter(([, amount]) => amount < 0);
    return [
      ...(sum === total
        ? []
        : [{ what: `operation ${read.id} saw ${sum} in all, expected ${total}`, by: Math.abs(sum - total) }]),
      ...below.map(([account, amount]) => ({ what: `operation ${read.id} saw ${amount} on ${account}`, by: -amount })),
    ].map((finding) => ({ ...finding, operations: [read.id] }));
  });
  return checked(reads.length, findings);
}

function balancesOf({ id, result }: Operation): readonly (readonly [string, number])[] {
  const balances = result?.['balances'];
  const entries = typeof balances === 'object' && balances !== null ? Object.entries(balances) : [];
  const amounts = entries.filter((entry): entry is [string, number] => Number.isFinite(entry[1]));
  if (amounts.length === 0 || amounts.length < entries.length)
    throw new Misread(`operation ${id}, read: expected balances as { account: number }, found ${textOf(balances)}`);
  return amounts;
}
