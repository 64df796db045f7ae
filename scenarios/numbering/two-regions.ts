/** Clients of both regions, in rows about them. */
import { operations, polled } from 'faultline';
import type { Activity, Ms, Observation, Probe } from 'faultline';
import { reserve } from '../../models/numbering/clients/call.ts';
import { clientsOf } from '../../models/numbering/clients/clients.ts';
import { spareNumbers } from '../../models/numbering/numbers.ts';
import { primaryName } from '../../models/numbering/primary.ts';
import { keepsAsking } from './tenant-sessions.ts';

/** The service of each region. */
export const SERVICES = { kbl: 'numbering-service', mzr: 'numbering-service-mzr' } as const;
type Region = keyof typeof SERVICES;
const REGIONS = Object.keys(SERVICES) as Region[];

/** In every region a tenant reserves a number of its own every `everyMs`, and lets it expire. Operations carry `region`. */
export function eachRegionWrites(everyMs: Ms, ttlMs: Ms): Activity {
  return keepsAsking('tenants of both regions reserve numbers', everyMs, async (stage) => {
    for (const [region, service] of Object.entries(SERVICES)) {
      const [number] = await spareNumbers(stage.running, 1);
      if (number === undefined) return;
      const tenant = `tenant-of-${region}`;
      void clientsOf(stage).call(tenant, reserve(tenant, number, ttlMs), { service, tags: { region } });
    }
  });
}

/** Writes of these regions succeed, and those of the others are refused. */
export function onlyTheseWrite(...writing: readonly Region[]): Probe {
  const others = REGIONS.filter((region) => !writing.includes(region));
  const refused = others.length === 0 ? '' : `, those of ${others.join(' and ')} are refused`;
  return operations('reserve')
    .where('of a region', ({ input }) => input['region'] !== undefined)
    .each(`writes of ${writing.join(' and ')} succeed${refused}`, ({ input, outcome, error }) => {
      if (outcome === 'info') return undefined;
      return writing.includes(input['region'] as Region) ? outcome === 'ok' : error === 'CONFLICT';
    });
}

/** Tags of `bothAskForOne`. */
const SECOND = 'second';

/**
 * Every `everyMs` a number is asked for in one region and, `apartMs` after it was given, in the other: by turns the one or the
 * other is first. The second asker's operation carries `second`.
 */
export function bothAskForOne(everyMs: Ms, apartMs: Ms, ttlMs: Ms): Activity {
  return {
    title: 'both regions ask for one number',
    during: 'fault',
    run: async (stage) => {
      const { instants, running } = stage;
      const clients = clientsOf(stage);
      for (let round = 0; instants.cleared === undefined; round += 1) {
        const [number] = await spareNumbers(running, 1);
        if (number === undefined) return;
        const [first, second] = round % 2 === 0 ? REGIONS : REGIONS.toReversed();
        const ask = (region: Region, tags: Record<string, unknown>): ReturnType<typeof clients.call> =>
          clients.call(`tenant-first-of-${region}`, reserve(`tenant-first-of-${region}`, number, ttlMs), {
            service: SERVICES[region],
            tags,
          });
        const given = await ask(first as Region, {});
        if (given.outcome === 'ok') {
          await running.clock.sleep(apartMs);
          await ask(second as Region, { [SECOND]: second });
        }
        await running.clock.sleep(everyMs);
      }
    },
  };
}

/** Who asks for a number that the other region has just given away meets CONFLICT. */
export const secondIsRefused: Probe = operations('reserve')
  .where('of a number that the other region has given', ({ input }) => input[SECOND] !== undefined)
  .answeredWith('CONFLICT');

/** What changes within this is on its way. */
const SETTLING_MS: Ms = 1000;

/** Every identifier that was changed, and not just now, is at its version in both regions. */
export const statesAgree: Probe = polled('states agree in both regions', 5000, async ({ running }) => {
  const primary = await primaryName(running);
  const other = primary === 'postgres-mzr' ? 'postgres' : 'postgres-mzr';
  const settled = await running.admin.sql(
    primary,
    `select kind || ':' || value as subject, version::int from numbering.identifiers
      where version > 1 and updated_at < now() - make_interval(secs => $1) order by kind, value`,
    [SETTLING_MS / 1000],
  );
  const shown = await running.admin.sql(
    other,
    `select kind || ':' || value as subject, version::int from numbering.identifiers where version > 1`,
  );
  const versions = new Map(shown.map(({ subject, version }) => [subject, Number(version)]));
  const behind = settled.filter(({ subject, version }) => (versions.get(subject) ?? 1) < Number(version));
  return { holds: behind.length === 0, seen: `${behind.length} of ${settled.length} are behind on ${other}` };
});

/** Looks of operations of one region that succeeded; for lines about service. */
export function regionServes(region: Region): Probe {
  return {
    title: `${region} serves reads and writes`,
    observe: async ({ operations: all }, _running, from, to) =>
      all.flatMap(({ name, input, invokedAt, outcome, error }): Observation[] => {
        if (input['region'] !== region || invokedAt < from || invokedAt > to) return [];
        return [{ at: invokedAt, holds: outcome === 'ok', seen: `${name} ${error ?? outcome}` }];
      }),
  };
}
