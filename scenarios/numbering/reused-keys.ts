/** NUM-19: a client that uses an Idempotency-Key for two payloads, and what becomes of it. */
import { randomUUID } from 'node:crypto';
import { RunAborted, STEP_CLOCKS, clientMisuse } from 'faultline';
import type { Activity, Evidence, Ms, Observation, Operation, PlannableFault, Probe, Stage } from 'faultline';
import { lookUp, reserve } from '../../models/numbering/clients/call.ts';
import type { IdentifierKey } from '../../models/numbering/clients/call.ts';
import { clientsOf } from '../../models/numbering/clients/clients.ts';
import { spareNumbers } from '../../models/numbering/numbers.ts';

const TENANT = 'tenant-reuses-keys';
const CONFLICT = 'IDEMPOTENCY_CONFLICT';
/** Over long before the clocks are stepped: a step would make living reservations overdue by hours, which is no part of this row. */
const LIFE_MS: Ms = 5000;
/** The longest life in the load, and its cleanup. */
const IDLE_LIMIT_MS: Ms = 60_000;
/** One world, one time: a key's age is the difference of the service's clock and a row, of Redis' clock and an expiry. */
const CLOCKS = ['numbering-service', 'numbering-jobs-cleanup', 'postgres', 'redis'] as const;

/** At once, in parallel, within the key's life and after it: `within` and `after` are times since the key was first used. */
export function keysReused(within: Ms, after: Ms): PlannableFault {
  return clientMisuse('client -> numbering-service', {
    title: 'a key is sent again with another payload',
    mistaken: ({ input }) => input['mistake'] !== undefined,
    run: async (stage) => {
      const [a, b, c, d] = (await spareNumbers(stage.running, 4)) as [
        IdentifierKey,
        IdentifierKey,
        IdentifierKey,
        IdentifierKey,
      ];
      const key = randomUUID();
      await send(stage, a, key);
      await mistake(stage, b, key, 'at once');

      const other = randomUUID();
      const tags = { mistake: 'in parallel' };
      await Promise.all([send(stage, c, other, { tags, instance: 0 }), send(stage, d, other, { tags, instance: 1 })]);
      const loser = last(stage, ({ input, error }) => input['mistake'] === 'in parallel' && error === CONFLICT);
      await look(stage, loser?.input['value'] === c.value ? c : d, 'in parallel');

      await stage.load.pause();
      await reservationsOver(stage);
      await stepClocks(stage, within);
      await mistake(stage, b, key, 'within its life');
      await stepClocks(stage, after - within);
      await send(stage, b, key, { tags: { afterLife: true } });
      await reservationsOver(stage);
      await stepClocks(stage, -after);
      stage.load.resume();
    },
  });
}

/** The second payload with a new key; a client that goes on with its mistake sends it with the old one. */
export const secondPayloadWithNewKey: Activity = {
  title: 'the second payload is sent with a new key',
  during: 'cleared',
  run: async (stage) => {
    const second = last(stage, ({ input }) => input['mistake'] === 'in parallel');
    const refused =
      last(stage, ({ input, error }) => input['mistake'] === 'in parallel' && error === CONFLICT) ?? second;
    if (refused === undefined) throw new Error('no payload was sent in parallel');
    const { kind, value, idempotencyKey } = refused.input as unknown as IdentifierKey & { idempotencyKey: string };
    const key = stage.faultStays ? idempotencyKey : randomUUID();
    await send(stage, { kind, value }, key, { tags: { newKey: true } });
  },
};

/** Of the payloads sent under one key, one is carried out; each other one is refused. The key's second life is another one. */
export const secondPayloadRefused: Probe = {
  title: `a second payload under a key is refused with 409 ${CONFLICT}`,
  observe: async (evidence, _running, from, to) =>
    mistakes(evidence, from, to, ({ refused, sent, mayBe }) => refused === sent - mayBe),
};

/** As `secondPayloadRefused`, of what is carried out. */
export const secondPayloadNotCarriedOut: Probe = {
  title: 'no second payload is carried out within the life of its key',
  observe: async (evidence, _running, from, to) =>
    mistakes(evidence, from, to, ({ carriedOut, mayBe }) => carriedOut <= mayBe),
  plant: (evidence) => withCopy(evidence, ({ input }) => input['mistake'] === 'in parallel', { outcome: 'ok' }),
};

/** The number of a refused payload is as it was: free, and never changed. */
export const refusedPayloadChangesNothing: Probe = {
  title: 'state is unchanged',
  observe: async ({ operations }, _running, from, to) =>
    operations
      .filter(({ invokedAt, input }) => input['refused'] !== undefined && invokedAt >= from && invokedAt <= to)
      .map(({ invokedAt, result }) => ({
        at: invokedAt,
        holds: result?.['state'] === 'AVAILABLE' && result['version'] === 1,
        seen: `${String(result?.['state'])} version ${String(result?.['version'])}`,
      })),
};

/** Whatever is answered to a Reserve is about the number that it asked for. */
export const answersAreForTheirPayload: Probe = {
  title: 'no answer is given for another payload',
  observe: async ({ operations }, _running, from, to) =>
    operations
      .filter(
        ({ name, outcome, invokedAt }) =>
          name === 'reserve' && outcome === 'ok' && invokedAt >= from && invokedAt <= to,
      )
      .map(({ invokedAt, input, result }) => ({
        at: invokedAt,
        holds: result?.['value'] === input['value'],
        seen: `asked for ${String(input['value'])}, answered ${String(result?.['value'])}`,
      })),
  plant: (evidence) =>
    withCopy(evidence, ({ name, outcome }) => name === 'reserve' && outcome === 'ok', { result: { value: 'planted' } }),
};

/** Payloads sent under one key, what became of them, and how many of them may be carried out. */
interface Counts {
  readonly sent: number;
  readonly refused: number;
  readonly carriedOut: number;
  readonly mayBe: number;
}

function mistakes(
  { operations }: Evidence,
  from: Ms,
  to: Ms,
  holds: (counts: Counts) => boolean,
): readonly Observation[] {
  const sent = operations.filter(
    ({ input, invokedAt }) => input['mistake'] !== undefined && invokedAt >= from && invokedAt <= to,
  );
  return [...Map.groupBy(sent, ({ input }) => String(input['mistake']))].flatMap(([mistake, all]): Observation[] => {
    // Of two at once either may win; otherwise the key was used before.
    const mayBe = mistake === 'in parallel' ? 1 : 0;
    const refused = all.filter(({ error, result }) => error === CONFLICT && result?.['status'] === 409).length;
    const carriedOut = all.filter(({ outcome, result }) => outcome === 'ok' && result?.['replayed'] !== true).length;
    const seen = `${mistake}: ${all.map(({ error, outcome }) => error ?? outcome).join(', ')}`;
    return all.some(({ completedAt }) => completedAt === undefined)
      ? []
      : [
          {
            at: Math.max(...all.map(({ invokedAt }) => invokedAt)),
            holds: holds({ sent: all.length, refused, carriedOut, mayBe }),
            seen,
          },
        ];
  });
}

async function mistake(stage: Stage, number: IdentifierKey, key: string, what: string): Promise<void> {
  await send(stage, number, key, { tags: { mistake: what } });
  await look(stage, number, what);
}

type Options = NonNullable<Parameters<ReturnType<typeof clientsOf>['call']>[2]>;

async function send(stage: Stage, number: IdentifierKey, idempotencyKey: string, options: Options = {}): Promise<void> {
  await clientsOf(stage).call(TENANT, reserve(TENANT, number, LIFE_MS), { ...options, idempotencyKey });
}

async function look(stage: Stage, number: IdentifierKey, refused: string): Promise<void> {
  await clientsOf(stage).call(TENANT, lookUp(TENANT, number), { tags: { refused } });
}

/** Moves the wall clocks together. The history tells of it: what an operation's age is depends on it. */
async function stepClocks({ running, history }: Stage, byMs: Ms): Promise<void> {
  const step = history.invoke('operator', STEP_CLOCKS, { byMs, components: CLOCKS });
  for (const name of CLOCKS) await running.component(name).wallClock.jump(byMs);
  step.ok({});
}

/** Waits until no reservation lives any more. */
async function reservationsOver({ running, signal }: Stage): Promise<void> {
  const deadline = running.clock.now() + IDLE_LIMIT_MS;
  for (;;) {
    if (signal.aborted) throw new RunAborted('the run was interrupted');
    const living = await running.admin.sql(
      'postgres',
      `select 1 from numbering.reservations where status = 'ACTIVE' limit 1`,
    );
    if (living.length === 0) return;
    if (running.clock.now() > deadline)
      throw new Error(`reservations still live ${IDLE_LIMIT_MS / 1000} s after the load was paused`);
    await running.clock.sleep(250);
  }
}

function last({ history }: Stage, matches: (operation: Operation) => boolean): Operation | undefined {
  return history.operations.findLast(matches);
}

function withCopy(
  evidence: Evidence,
  matches: (operation: Operation) => boolean,
  change: Partial<Operation>,
): Evidence {
  const model = evidence.operations.findLast(matches);
  return model === undefined
    ? evidence
    : { ...evidence, operations: [...evidence.operations, { ...model, ...change, id: -1 }] };
}
