import fc from 'fast-check';
import type { Operation } from '../../../contract/index.ts';

type Part = Partial<Omit<Operation, 'id'>> & { readonly name: string };

/** A history of operations that are `ok` from 0 to 1 by process `p` where nothing else is said. */
export function history(...parts: readonly Part[]): readonly Operation[] {
  return parts.map((part, id) => ({
    id,
    process: 'p',
    input: {},
    invokedAt: 0,
    completedAt: 1,
    outcome: 'ok',
    result: {},
    ...part,
  }));
}

/** Up to seven operations of the given kinds, that overlap as they like. */
export function histories(part: fc.Arbitrary<Part>): fc.Arbitrary<readonly Operation[]> {
  const times = fc.record({ invokedAt: fc.nat(9), takes: fc.nat(4), process: fc.constantFrom('p', 'q') });
  return fc.array(fc.tuple(part, times), { maxLength: 7 }).map((parts) =>
    history(
      ...parts.map(([each, { invokedAt, takes, process }]) => ({
        process,
        invokedAt,
        completedAt: invokedAt + takes,
        ...each,
      })),
    ),
  );
}
