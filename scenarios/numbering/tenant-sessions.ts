/** NUM-22: a tenant's session from end to end, and a tenant that does not let up, both through the portal. */
import { randomUUID } from 'node:crypto';
import type { Activity, Ms, Observation, Operation, Probe, Stage } from 'faultline';
import { clientsOf } from '../../models/numbering/clients/clients.ts';
import {
  ORCHESTRATOR,
  PORTAL,
  portalAssign,
  portalPool,
  portalReserve,
  portalSend,
  state,
} from '../../models/numbering/clients/tenant-calls.ts';
import { spareNumbers } from '../../models/numbering/numbers.ts';
import { goesOn } from './until-recovered.ts';

const TENANT = 'tenant-session';
/** Between two sessions, and how long one may take to see its message dispatched. */
const EVERY_MS: Ms = 5000;
const DISPATCHED_MS: Ms = 2500;
const TTL_MS: Ms = 60_000;
/** More than the longest run begins. */
const SESSIONS = 300;

/** browse, reserve, assign, send, and the message is dispatched. What is refused ends the session. */
export const tenantSessions: Activity = {
  title: 'a tenant browses, reserves, leases and sends',
  during: 'start',
  run: async (stage) => {
    const numbers = await spareNumbers(stage.running, SESSIONS);
    const under: Promise<void>[] = [];
    for (const [session, number] of numbers.entries()) {
      if (!goesOn(stage.instants)) break;
      under.push(oneSession(stage, session, number));
      await stage.running.clock.sleep(EVERY_MS);
    }
    await Promise.all(under);
  },
};

async function oneSession(stage: Stage, session: number, number: Parameters<typeof portalReserve>[1]): Promise<void> {
  const clients = clientsOf(stage);
  const messageId = randomUUID();
  const call = (what: Parameters<typeof clients.call>[1], service = PORTAL): ReturnType<typeof clients.call> =>
    clients.call(TENANT, what, { service, tags: { session } });
  if ((await call(portalPool(TENANT, 'MSISDN'))).outcome !== 'ok') return;
  const reserved = await call(portalReserve(TENANT, number, TTL_MS));
  if (reserved.outcome !== 'ok') return;
  const leased = await call(portalAssign(TENANT, { reservationId: String(reserved.result['reservationId']) }));
  if (leased.outcome !== 'ok') return;
  if ((await call(portalSend(TENANT, number, messageId))).outcome !== 'ok') return;
  await stage.running.clock.sleep(DISPATCHED_MS);
  await call(state(TENANT, messageId), ORCHESTRATOR);
}

/** The step that a session ends with when all went well. */
const LAST = 'message-state';

/** Each session came to its end, and its message was dispatched: one look a session, at its beginning. */
export const sessionsSucceed: Probe = {
  title: 'a tenant session succeeds from end to end',
  observe: async ({ operations }, running, from, to) =>
    [
      ...Map.groupBy(
        operations.filter(({ input }) => input['session'] !== undefined),
        ({ input }) => input['session'],
      ),
    ]
      .map(([, steps]): Observation | undefined => {
        const at = steps[0]?.invokedAt ?? 0;
        if (at < from || at >= to) return undefined;
        const last = steps.at(-1);
        // Not over yet: it says nothing.
        if (last?.completedAt === undefined || (last.name !== LAST && running.clock.now() - at < EVERY_MS))
          return undefined;
        const holds = last.name === LAST && last.outcome === 'ok' && last.result?.['state'] === 'DISPATCHED';
        return { at, holds, seen: `${steps.length} steps, the last: ${last.name} ${last.error ?? said(last)}` };
      })
      .filter((look) => look !== undefined),
};

const said = ({ outcome, result }: Operation): string =>
  typeof result?.['state'] === 'string' ? result['state'] : outcome;

/** A tenant asks for something every `everyMs`, whatever it is told, while the fault lasts and until the run has recovered. */
export function keepsAsking(
  title: string,
  everyMs: Ms,
  ask: (stage: Stage, nth: number) => Promise<unknown>,
): Activity {
  return {
    title,
    during: 'start',
    run: async (stage) => {
      const under: Promise<unknown>[] = [];
      for (let nth = 0; goesOn(stage.instants); nth += 1) {
        under.push(ask(stage, nth));
        await stage.running.clock.sleep(everyMs);
      }
      await Promise.all(under);
    },
  };
}
