import type { Evidence, Invariant, Operation, Violation } from '../../../contract/index.ts';

/** Whoever was told that a slot is its own has it at the end: claims are never given back. */
export const invariant: Invariant = {
  name: 'claims-kept',
  check(evidence) {
    const granted = claims(evidence);
    const owners = new Map((evidence.finalState['claims'] ?? []).map(({ slot, owner }) => [slot, owner as string]));
    return {
      examined: granted.length,
      violations: granted.flatMap(({ id, input, completedAt = 0 }): Violation[] => {
        const owner = owners.get(Number(input['slot']));
        if (owner === input['owner']) return [];
        const what = `operation ${id}: ${String(input['owner'])} was given slot ${String(input['slot'])}, which is ${owner === undefined ? "nobody's" : `${owner}'s`}`;
        return [{ at: completedAt, what }];
      }),
    };
  },
  plant(evidence) {
    return { ...evidence, finalState: { ...evidence.finalState, claims: [] } };
  },
};

function claims({ operations }: Evidence): readonly Operation[] {
  return operations.filter(({ name, outcome }) => name === 'claim' && outcome === 'ok');
}
