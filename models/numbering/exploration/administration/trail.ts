import type { CaseFailure, Explored, Operation } from '../../../../contract/index.ts';
import { administrationOf } from '../../invariants/administration-tables.ts';
import { runTime, tablesOf } from '../../invariants/tables.ts';

/** Instants of the services' clocks are whole milliseconds. */
const ROUNDED_MS = 2;
const PUTS_BACK: readonly string[] = ['put-back', 'restore-audit-row'];

type Rule = (operation: Operation, explored: Explored) => string | undefined;

/**
 * What may be said of the audit trail, by what is known to have been altered: a verification finds it, none finds what nobody altered, and
 * the trail is trusted again by all three officers only.
 */
export function trail(explored: Explored): readonly CaseFailure[] {
  return [
    ...explored.operations.flatMap((operation): CaseFailure[] =>
      Object.entries(RULES).flatMap(([name, rule]) => {
        const what = rule(operation, explored);
        if (what === undefined) return [];
        return [{ check: `answers:${name}`, what: `operation ${operation.id}: ${what}`, at: operation.invokedAt }];
      }),
    ),
    ...brokenByNobody(explored),
  ];
}

const RULES: Readonly<Record<string, Rule>> = {
  'tampering-is-found': ({ name, outcome, result, invokedAt, completedAt = Infinity }, { operations }) => {
    if (name !== 'verify-audit' || outcome !== 'ok' || result?.['broken'] === 1) return undefined;
    const altered = operations.find(
      (tamper) =>
        tamper.name === 'tamper' &&
        tamper.outcome === 'ok' &&
        (tamper.completedAt ?? Infinity) < invokedAt &&
        !operations.some(
          (other) =>
            PUTS_BACK.includes(other.name) &&
            other.outcome !== 'fail' &&
            other.input['seq'] === tamper.result?.['seq'] &&
            other.invokedAt >= tamper.invokedAt &&
            other.invokedAt <= completedAt,
        ),
    );
    return altered === undefined
      ? undefined
      : `the trail was verified, and that row ${String(altered.result?.['seq'])} was altered (operation ${altered.id}) was not found`;
  },
  'anchored-by-three': ({ name, input, outcome, error }) => {
    if (name !== 're-anchor') return undefined;
    const { signedBy } = input;
    if (signedBy === 'all' && error === 'SIGN_OFF_MISSING')
      return 'all three officers signed off the re-anchoring, and a sign-off was missed';
    return signedBy !== 'all' && outcome === 'ok'
      ? `the trail was re-anchored, signed by ${String(signedBy)}, and not by all three officers`
      : undefined;
  },
};

function brokenByNobody(explored: Explored): readonly CaseFailure[] {
  const tables = tablesOf(explored);
  const first = Math.min(
    ...explored.operations.flatMap(({ name, outcome, invokedAt }) =>
      name === 'tamper' && outcome !== 'fail' ? [invokedAt] : [],
    ),
  );
  return administrationOf(explored).auditVerifications.flatMap(({ at: wall, intact, first_bad_seq: seq }) => {
    const at = runTime(tables, wall);
    if (intact || at + ROUNDED_MS >= first) return [];
    const what = `a verification found row ${String(seq)} of the audit trail broken, and nobody had altered any`;
    return [{ check: 'answers:broken-by-somebody', what, at }];
  });
}
