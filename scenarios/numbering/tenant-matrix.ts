/** NUM-22: what the rows of the tenant-experience matrix look like to a tenant of the portal. */
import { both, metric, operations, polled } from 'faultline';
import type { Activity, Ms, Operation, Probe, Stage } from 'faultline';
import { clientsOf } from '../../models/numbering/clients/clients.ts';
import { reserve } from '../../models/numbering/clients/call.ts';
import type { Call } from '../../models/numbering/clients/call.ts';
import { PORTAL, portalAssign, portalPool, portalReserve } from '../../models/numbering/clients/tenant-calls.ts';
import { INTERNAL_NAMES } from '../../models/numbering/internal-names.ts';
import { stories } from '../../models/numbering/messages.ts';
import type { SmsRow } from '../../models/numbering/messages.ts';
import { inventoryOf } from '../../models/numbering/numbers.ts';
import { primarySql } from '../../models/numbering/primary.ts';
import { withOperation } from './probes.ts';
import { portalReloadsThePool } from './race-probes.ts';
import { keepsAsking } from './tenant-sessions.ts';

/** Status and text of each refusal, word for word as `system/numbering/customer-portal/README.md` has them. */
const TEXTS: Readonly<Record<string, { readonly status: number; readonly detail: RegExp }>> = {
  UNAVAILABLE: {
    status: 503,
    detail: /^Your numbers cannot be changed at the moment\. Nothing was lost: please try again shortly\.$/,
  },
  ALPHA_VERIFY_UNAVAILABLE: {
    status: 422,
    detail: /^The sender id cannot be verified now, so it is not assigned\. Try again later\.$/,
  },
  CONFLICT: { status: 409, detail: /^The identifier is [A-Z]+ at version \d+\.$/ },
  NOT_AVAILABLE: { status: 404, detail: /Contact commerce operations/ },
};

/** Refusals of the portal that come with a hint when to try again. */
const HINTED = new Set(['UNAVAILABLE', 'ALPHA_VERIFY_UNAVAILABLE']);

const viaPortal = ({ input }: Operation): boolean => input['portal'] === true || input['session'] !== undefined;
const isRefusal = ({ outcome, result }: Operation): boolean => outcome !== 'ok' && result?.['status'] !== undefined;

/** Every refusal through the portal has the status and the text that the contract gives its code, and a hint where it has one. */
function refusedAs(title: string, code: string, matches: (operation: Operation) => boolean): Probe {
  const { status, detail } = TEXTS[code] ?? { status: 0, detail: /^$/ };
  return {
    title,
    observe: async ({ operations: all }, _running, from, to) =>
      all.flatMap((operation) => {
        const { invokedAt: at, result, error, outcome } = operation;
        if (at < from || at >= to || !viaPortal(operation) || !matches(operation)) return [];
        // A call that met the outage half-way may have been answered in either way.
        if (outcome === 'ok' || !isRefusal(operation)) return [];
        const hinted =
          !HINTED.has(code) || (Number(result?.['retryAfter']) > 0 && Number(result?.['retryAfterMs']) > 0);
        const holds =
          error === code && result?.['status'] === status && detail.test(String(result['detail'])) && hinted;
        const { retryAfter } = result ?? {};
        const hint = typeof retryAfter === 'string' ? `Retry-After ${retryAfter}` : 'no hint';
        const words = holds || typeof result?.['detail'] !== 'string' ? '' : `, "${result['detail']}"`;
        return [{ at, holds, seen: `${String(result?.['status'])} ${error ?? ''}, ${hint}${words}` }];
      }),
  };
}

const named =
  (...names: readonly string[]) =>
  ({ name }: Operation): boolean =>
    names.includes(name);

export const writesUnavailable = refusedAs(
  'Reserve and Assign answer 503 with a retry hint',
  'UNAVAILABLE',
  named('reserve', 'assign'),
);

export const alphaUnverifiable = refusedAs(
  'alpha assignment answers 422 ALPHA_VERIFY_UNAVAILABLE with a retry hint',
  'ALPHA_VERIFY_UNAVAILABLE',
  ({ name, input }) => name === 'assign' && input['kind'] === 'ALPHA',
);

export const noInventory = refusedAs(
  'Assign answers 404 with the advice to contact commerce operations',
  'NOT_AVAILABLE',
  ({ name, input }) => name === 'assign' && input['kind'] === 'SHORT_CODE',
);

/** Nobody is answered 500, a stack trace or an internal name. */
export const nothingInternal: Probe = {
  title: 'nobody is answered 500, a stack trace or an internal name',
  observe: async ({ operations: all }, _running, from, to) =>
    all.flatMap(({ invokedAt: at, result, error, outcome }) => {
      if (at < from || at > to) return [];
      if (outcome === 'ok') return [{ at, holds: true, seen: 'ok' }];
      const { status, title, detail } = result ?? {};
      const text = [title, detail].filter((part) => typeof part === 'string').join(' ');
      const holds = status !== 500 && error !== 'INTERNAL' && !INTERNAL_NAMES.test(text);
      return [{ at, holds, seen: `${typeof status === 'number' ? status : ''} ${error ?? ''} ${text}`.trim() }];
    }),
  plant: (evidence) =>
    withOperation(evidence, { outcome: 'fail', error: 'INTERNAL', result: { status: 500, detail: 'at f (x.ts:1)' } }),
};

/** The orchestrator's hold time, and what its looks at a held message take. */
const HOLD_MS: Ms = 600_000;
const LOOKS_MS: Ms = 15_000;
/** The document's bound for cached validations: until then messages may still be dispatched. */
const CACHED_MS: Ms = 60_000;
const REASON = 'numbering_unavailable';

/** Messages that cannot be validated are in EVALUATING, and in DEAD_LETTER with the reason once the hold time is over. */
export const heldThenDead: Probe = polled(
  'messages are held in EVALUATING and end in DEAD_LETTER after the hold time',
  10_000,
  async ({ running, instants, history }) => {
    const known = stories((await running.admin.stream('nats', 'SMS')) as unknown as readonly SmsRow[]);
    const now = running.clock.now();
    const sent = history.operations.filter(
      ({ name, outcome, invokedAt }) =>
        name === 'send' && outcome === 'ok' && invokedAt > (instants.injected ?? now) + CACHED_MS,
    );
    if (sent.length === 0) return undefined;
    let dead = 0;
    const wrong = sent.filter(({ input, completedAt = now }) => {
      const age = now - completedAt;
      const last = known.get(String(input['messageId']))?.states.at(-1);
      if (last?.state === 'DEAD_LETTER') dead += 1;
      if (age < HOLD_MS) return age > LOOKS_MS && last?.state !== 'EVALUATING';
      return age > HOLD_MS + LOOKS_MS && (last?.state !== 'DEAD_LETTER' || last.reason !== REASON);
    });
    return {
      holds: wrong.length === 0,
      seen: `${sent.length} held, ${dead} of them dead, ${wrong.length} not as they should be`,
    };
  },
);

/** Nothing waits for numbering any more. */
export const nothingHeld = metric('held messages', 'max(sms_messages_held)').equals(0);

const RESERVES = 'tenant-reserves';
const SENDER = 'tenant-alpha-1';

/** A tenant reserves numbers through the portal, another one every 2 s: what became of one that was refused or not answered is not known. */
export const reservesOn: Activity = {
  title: 'a tenant keeps reserving',
  during: 'start',
  run: async (stage) => {
    await primarySql(stage.running, NUMBERS_TO_RESERVE);
    await keepsAsking('', 2000, (own, nth) =>
      ask(
        own,
        RESERVES,
        portalReserve(RESERVES, { kind: 'MSISDN', value: `+93796${String(nth + 1).padStart(6, '0')}` }, 10_000),
      ),
    ).run(stage);
  },
};

/** More than the longest run asks for. */
const NUMBERS_TO_RESERVE = `
  insert into numbering.identifiers (kind, value)
    select 'MSISDN', '+93796' || lpad(n::text, 6, '0') from generate_series(1, 2000) as n order by n`;

/** A tenant asks for alphanumeric ids, a new one every 2 s. It has a right to each. */
export const leasesAlpha: Activity = {
  title: 'a tenant leases alphanumeric ids',
  during: 'start',
  run: async (stage) => {
    await primarySql(stage.running, ALPHA_IDS);
    await keepsAsking('', 2000, (own, nth) =>
      ask(own, SENDER, portalAssign(SENDER, { kind: 'ALPHA', value: `SHOP${String(nth + 1).padStart(4, '0')}` })),
    ).run(stage);
  },
};

const ALPHA_IDS = `
  insert into numbering.identifiers (kind, value)
    select 'ALPHA', 'SHOP' || lpad(n::text, 4, '0') from generate_series(1, 300) as n order by n;
  insert into sender_registry.verified (tenant_id, sender_id)
    select '${SENDER}', 'SHOP' || lpad(n::text, 4, '0') from generate_series(1, 300) as n order by n`;

const CODES = 'tenant-wants-codes';

/** A tenant asks for any short code every 2 s while there may be none. */
export const wantsShortCodes: Activity = {
  title: 'a tenant asks for a short code',
  during: 'fault',
  run: async (stage) => {
    while (stage.instants.cleared === undefined) {
      if (await noneLeft(stage)) await ask(stage, CODES, portalAssign(CODES, { kind: 'SHORT_CODE' }));
      await stage.running.clock.sleep(2000);
    }
  },
};

async function noneLeft({ running }: Stage): Promise<boolean> {
  const [row] = await primarySql(
    running,
    `select count(*)::int as left from numbering.identifiers where kind = 'SHORT_CODE' and state = 'AVAILABLE'`,
  );
  return row?.['left'] === 0;
}

const LOSES = 'tenant-loses';
const FIRST = 'tenant-is-first';
const BACK_MS: Ms = 15_000;

/** While others race, a tenant at the portal looks at the pool every 2 s, asks for a code that somebody takes meanwhile, then for what the portal offers. */
export const losesAtThePortal: Activity = {
  title: 'a tenant at the portal is late',
  during: 'fault',
  run: async (stage) => {
    const { shortCodes } = await inventoryOf(stage.running);
    for (let nth = 0; stage.instants.cleared === undefined; nth += 1) {
      const key = shortCodes[nth % shortCodes.length];
      if (key === undefined) throw new Error('the inventory has no short codes');
      await clientsOf(stage).call(LOSES, portalPool(LOSES, key.kind), { service: PORTAL });
      await clientsOf(stage).call(FIRST, reserve(FIRST, key, BACK_MS));
      const refused = await ask(stage, LOSES, portalReserve(LOSES, key, BACK_MS));
      const offered = refused.outcome === 'fail' ? refused.result?.['candidate'] : undefined;
      if (typeof offered === 'string')
        await ask(stage, LOSES, portalReserve(LOSES, { ...key, value: offered }, BACK_MS), { offered: true });
      await stage.running.clock.sleep(2000);
    }
  },
};

/** 409 in the contract's words, and a fresh pool whose candidate can be had. */
export const lateAtThePortal: Probe = both(
  refusedAs(
    'Reserve answers 409 CONFLICT',
    'CONFLICT',
    ({ name, input }) => name === 'reserve' && input['offered'] === undefined,
  ),
  portalReloadsThePool,
);

const BROWSES = 'tenant-browses';

/** A tenant looks at the short codes in the portal, which nobody takes for good. */
export const looksAtShortCodes: Activity = keepsAsking('a tenant looks at the short codes', 5000, async (stage) => {
  const { shortCodes } = await inventoryOf(stage.running);
  await clientsOf(stage).call(BROWSES, portalPool(BROWSES, 'SHORT_CODE'), {
    service: PORTAL,
    tags: { portal: true, pool: shortCodes.length },
  });
});

/** The portal shows the full pool of short codes. */
export const poolIsFull: Probe = operations('browse')
  .where('of the short codes in the portal', ({ input }) => input['portal'] === true && input['pool'] !== undefined)
  .each('the pool view counts every free short code', ({ outcome, input, result }) =>
    outcome === 'info' ? undefined : (result?.['items'] as unknown[] | undefined)?.length === input['pool'],
  );

function ask(
  stage: Stage,
  tenant: string,
  call: Call,
  tags: Readonly<Record<string, unknown>> = {},
): ReturnType<ReturnType<typeof clientsOf>['call']> {
  return clientsOf(stage).call(tenant, call, { service: PORTAL, tags: { portal: true, ...tags } });
}
