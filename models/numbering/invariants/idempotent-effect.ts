import { STEP_CLOCKS } from '../../../contract/index.ts';
import type { Evidence, Invariant, Ms, Operation, Violation } from '../../../contract/index.ts';
import { subjectOf, tablesOf } from './tables.ts';
import type { Tables } from './tables.ts';

/** For so long a key belongs to its payload. */
const LIFE_MS: Ms = 24 * 3_600_000;

/** The members of an operation's input that its request was made of. */
const PAYLOAD = ['kind', 'value', 'ttlMs', 'reservationId', 'leaseId'] as const;

/**
 * Within 24 h one Idempotency-Key has one effect and is bound to one payload: successes under one key have one payload and
 * one effect, and no reservation is in the database that no answer accounts for.
 */
export const invariant: Invariant = {
  name: 'idempotent-effect',
  check(evidence) {
    const keys = [...byKey(evidence.operations).values()].filter((uses) => uses.length > 1);
    const wall = servicesTime(evidence.operations);
    return {
      // A key that was used once says nothing about its second use.
      examined: keys.length,
      violations: [
        ...keys.flatMap((uses) => oneEffect(uses, wall)),
        ...unaccounted(evidence.operations, tablesOf(evidence)),
      ],
    };
  },
  plant(evidence) {
    const model = evidence.operations.findLast(({ name, outcome }) => name === 'reserve' && outcome === 'ok');
    if (model === undefined) return evidence;
    const second: Operation = {
      ...model,
      id: -1,
      process: 'planted',
      result: { ...model.result, reservationId: 'planted', replayed: false },
    };
    return { ...evidence, operations: [...evidence.operations, second] };
  },
};

function byKey(operations: readonly Operation[]): ReadonlyMap<string, readonly Operation[]> {
  const keyed = operations.filter(({ input }) => input['idempotencyKey'] !== undefined);
  return Map.groupBy(keyed, ({ input }) => `${String(input['tenantId'])} ${String(input['idempotencyKey'])}`);
}

/** The services' clocks at an instant of the run, but for a constant: they are stepped only by activities, which tell. */
function servicesTime(operations: readonly Operation[]): (run: Ms) => Ms {
  const steps = operations.filter(({ name }) => name === STEP_CLOCKS);
  return (run) =>
    steps.reduce((time, { invokedAt, input }) => (invokedAt <= run ? time + Number(input['byMs']) : time), run);
}

function oneEffect(uses: readonly Operation[], wall: (run: Ms) => Ms): readonly Violation[] {
  const done = uses.flatMap((use) =>
    use.outcome === 'ok' && use.completedAt !== undefined
      ? [{ use, from: wall(use.invokedAt), to: wall(use.completedAt) }]
      : [],
  );
  return done.flatMap(({ use, to }, i): Violation[] => {
    const violation = (other: Operation, what: string): Violation[] => [
      { at: use.completedAt ?? 0, what: `operations ${other.id} and ${use.id} have one key, and ${what}` },
    ];
    // Certainly within the life of the key: from before the first effect to after the second one.
    const earlier = done.slice(0, i).filter(({ from }) => to - from < LIFE_MS && to >= from);
    const otherPayload = earlier.find((before) => payload(before.use) !== payload(use));
    if (otherPayload) return violation(otherPayload.use, 'both payloads were answered with success');
    const otherEffect = earlier.find((before) => effect(before.use) !== effect(use));
    if (otherEffect) return violation(otherEffect.use, `two effects: ${effect(otherEffect.use)}; ${effect(use)}`);
    return [];
  });
}

function payload({ name, input }: Operation): string {
  return JSON.stringify([name, ...PAYLOAD.map((member) => input[member])]);
}

function effect({ name, result }: Operation): string {
  const { reservationId, leaseId, version } = result ?? {};
  return `${name} ${JSON.stringify([reservationId ?? leaseId ?? subjectOf(result), version])}`;
}

/** More reservations of a tenant on an identifier than its calls can have made: a refused one was carried out, or one twice. */
function unaccounted(operations: Evidence['operations'], { reservations }: Tables): readonly Violation[] {
  const asked = Map.groupBy(
    operations.filter(({ name }) => name === 'reserve'),
    ({ input }) => `${subjectOf(input)} for ${String(input['tenantId'])}`,
  );
  const made = Map.groupBy(reservations, ({ subject, tenant_id: tenantId }) => `${subject} for ${tenantId}`);
  return [...made].flatMap(([what, rows]): Violation[] => {
    const calls = asked.get(what) ?? [];
    const told = new Set(
      calls.filter(({ outcome }) => outcome === 'ok').map(({ result }) => result?.['reservationId']),
    );
    const unknown = calls.filter(({ outcome }) => outcome === 'info').length;
    if (rows.length <= told.size + unknown) return [];
    return [{ what: `${rows.length} reservations of ${what}, but its calls account for ${told.size + unknown}` }];
  });
}
