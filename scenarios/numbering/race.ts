/** NUM-07: callers that want the same identifier at the same instant, and what becomes of the losers. */
import { clientMisuse } from 'faultline';
import type { Activity, Ms, PlannableFault, Stage } from 'faultline';
import { browse, releaseReservation, reserve } from '../../models/numbering/clients/call.ts';
import type { Call, IdentifierKey } from '../../models/numbering/clients/call.ts';
import { clientsOf } from '../../models/numbering/clients/clients.ts';
import { PORTAL, portalPool, portalReserve } from '../../models/numbering/clients/tenant-calls.ts';
import { inventoryOf } from '../../models/numbering/numbers.ts';
import { primarySql } from '../../models/numbering/primary.ts';
import { goesOn } from './until-recovered.ts';

/** Identifiers that are raced for, again and again, and those that losers take instead. Other rows do not carry them. */
const WANTED = 50;
const CANDIDATES = 1000;
const wanted = (n: number): IdentifierKey => ({ kind: 'SHORT_CODE', value: String(77_001 + (n % WANTED)) });
const candidate = (n: number): IdentifierKey => ({
  kind: 'MSISDN',
  value: `+93704${String(1 + (n % CANDIDATES)).padStart(6, '0')}`,
});
/** Of the identifiers that are raced for. */
export const WANTED_FILTER = `kind = 'SHORT_CODE' and value between '77001' and '${77_000 + WANTED}'`;
export const WANTED_COUNT = WANTED;

/** So many that none comes near its rate limit or quota, in either run. */
const RACERS = 500;
/** Longer than a round. */
const LIFE_MS: Ms = 30_000;
/** What the winners of the last rounds keep: longer than the run goes on. */
const KEPT_MS: Ms = 1_200_000;

export interface Races {
  readonly rounds: number;
  /** Callers at one instant. */
  readonly callers: number;
  readonly everyMs: Ms;
  /** How many of a round's losers try another candidate. */
  readonly retries: number;
}

/** Loads the identifiers that are raced for. */
export const identifiersToRaceFor: Activity = {
  title: 'there are identifiers that many want',
  during: 'start',
  run: async ({ running }) => {
    await primarySql(
      running,
      `insert into numbering.identifiers (kind, value)
         select 'SHORT_CODE', (77000 + n)::text from generate_series(1, ${WANTED}) as n order by n;
       insert into numbering.identifiers (kind, value)
         select 'MSISDN', '+93704' || lpad(n::text, 6, '0') from generate_series(1, ${CANDIDATES}) as n order by n`,
    );
  },
};

/** Versions of the identifiers as the racers know them: all tell the service what they believe, as a portal does. */
const versions = new WeakMap<Stage['running'], Map<string, number>>();

/** `callers` reserve one identifier at one instant, `rounds` times over. The winners of the last rounds keep theirs. */
export function races(races: Races): PlannableFault {
  const { callers, rounds } = races;
  return clientMisuse('clients -> numbering-service (Reserve)', {
    kind: 'load.burst',
    title: `${callers} callers reserve one identifier at the same instant, ${rounds} times over`,
    mistaken: ({ input }) => input['race'] !== undefined,
    atLeast: callers,
    run: async (stage) => {
      for (let nth = 0; nth < rounds; nth += 1) {
        await race(stage, races, nth, nth >= rounds - WANTED);
        await stage.running.clock.sleep(races.everyMs);
      }
    },
  });
}

/** Clients that do not stop go on: nothing settles. */
export function racesGoOn(races: Races): Activity {
  return {
    title: 'the races go on if nothing ends them',
    during: 'cleared',
    run: async (stage) => {
      for (let nth = races.rounds; stage.faultStays && goesOn(stage.instants); nth += 1) {
        await race(stage, races, nth, false);
        await stage.running.clock.sleep(races.everyMs);
      }
    },
  };
}

async function race(stage: Stage, races: Races, nth: number, keep: boolean): Promise<void> {
  const clients = clientsOf(stage);
  const { running } = stage;
  const key = wanted(nth);
  const known = versions.get(running) ?? new Map<string, number>();
  versions.set(running, known);
  const version = known.get(key.value) ?? 1;
  const callers = Array.from({ length: races.callers }, (_, i) => `racer-${(nth * races.callers + i) % RACERS}`);
  const random = stage.random(`numbering.race-${nth}`);
  const answers = await Promise.all(
    callers.map((tenantId, instance) =>
      clients.call(tenantId, withVersion(reserve(tenantId, key, keep ? KEPT_MS : LIFE_MS), version), {
        instance,
        via: random() < 0.5 ? 'http' : 'grpc',
        tags: { race: nth },
      }),
    ),
  );
  const lostAt = running.clock.now();
  const losers = callers.filter((_, i) => answers[i]?.outcome === 'fail');
  await clients.call('tenant-looks', browse('tenant-looks', key.kind), { tags: { taken: key.value } });
  await Promise.all(
    losers.slice(0, races.retries).map(async (tenantId, i) => {
      const other = candidate(nth * races.retries + i);
      const made = await clients.call(tenantId, reserve(tenantId, other, LIFE_MS), { tags: { retryOf: nth, lostAt } });
      if (made.outcome === 'ok') await clients.call(tenantId, giveBack(tenantId, made.result));
    }),
  );
  known.set(key.value, version + 1);
  if (keep) return;
  for (const [i, answer] of answers.entries()) {
    if (answer.outcome !== 'ok') continue;
    const tenantId = callers[i] ?? '';
    const back = await clients.call(tenantId, giveBack(tenantId, answer.result));
    if (back.outcome === 'ok') known.set(key.value, Number(back.result['version']));
  }
}

const giveBack = (tenantId: string, made: Readonly<Record<string, unknown>>): Call =>
  releaseReservation(tenantId, String(made['reservationId']));

/** The call with the version that the caller believes current. */
function withVersion({ http, grpc, input, ...call }: Call, version: number): Call {
  return {
    ...call,
    input: { ...input, version },
    http: { ...http, body: { ...http.body, version } },
    ...(grpc === undefined ? {} : { grpc: { ...grpc, message: { ...grpc.message, version } } }),
  };
}

/** Looks at the pool before each reservation, the wait after one, and after a conflict: conflicts are a small part of what the portal answers. */
const LOOKS = 6;
const LOOK_EVERY_MS: Ms = 250;
const PORTAL_EVERY_MS: Ms = 10_000;
/** Over before the code is wanted again. */
const PORTAL_LIFE_MS: Ms = 20_000;

/**
 * A tenant at the portal asks for a short code that the portal still shows and somebody else has just taken; then for the
 * candidate that the portal offers in its place.
 */
export const conflictsAtThePortal: Activity = {
  title: 'a tenant at the portal asks for a code that was just taken',
  during: 'fault',
  run: async (stage) => {
    const { instants, running } = stage;
    const clients = clientsOf(stage);
    const at = { service: PORTAL };
    const { shortCodes } = await inventoryOf(running);
    for (let nth = 0; instants.cleared === undefined; nth += 1) {
      const key = shortCodes[nth % shortCodes.length];
      if (key === undefined) throw new Error('the inventory has no short codes');
      for (let look = 0; look < LOOKS; look += 1) {
        await clients.call('tenant-portal', portalPool('tenant-portal', key.kind), at);
        await running.clock.sleep(LOOK_EVERY_MS);
      }
      await clients.call('tenant-first', reserve('tenant-first', key, PORTAL_LIFE_MS));
      const ask = async (value: string, tags: Readonly<Record<string, unknown>>): ReturnType<typeof clients.call> =>
        clients.call('tenant-portal', portalReserve('tenant-portal', { kind: key.kind, value }, PORTAL_LIFE_MS), {
          ...at,
          tags: { portal: true, ...tags },
        });
      const refused = await ask(key.value, {});
      const offered = refused.outcome === 'fail' ? refused.result?.['candidate'] : undefined;
      if (typeof offered === 'string') await ask(offered, { offered: true });
      await running.clock.sleep(PORTAL_EVERY_MS);
    }
  },
};
