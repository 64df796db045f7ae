import { fromSystem } from '../../../contract/index.ts';
import type { Evidence, Invariant, Ms, Violation } from '../../../contract/index.ts';
import { storiesOf } from '../messages.ts';
import type { Dispatch, SmsRow } from '../messages.ts';
import { runTime, tablesOf } from './tables.ts';
import type { LeaseRow, Tables } from './tables.ts';

/** The document's bound for the database read that a validation rests on. */
const CACHE_AGE_MS: Ms = 60_000;
/** Between a validation and the note of the dispatch. */
const UNDER_WAY_MS: Ms = 5000;

/**
 * sms-orchestrator dispatches no message whose lease was not validated. Each dispatch names the lease that it rests on; that
 * lease must have been the sender's, on that identifier, at a time which the age of the validation's read allows.
 */
export const invariant: Invariant = {
  name: 'fail-closed-dispatch',
  check(evidence) {
    const tables = tablesOf(evidence);
    const leases = new Map(tables.leases.map((lease) => [lease.id, lease]));
    const dispatched = [...storiesOf(evidence).values()].flatMap(({ messageId, dispatches }) =>
      dispatches.map((dispatch) => ({ messageId, dispatch })),
    );
    return {
      examined: dispatched.length,
      violations: dispatched.flatMap(({ messageId, dispatch }): Violation[] => {
        const what = wrong(dispatch, leases, tables);
        return what === undefined
          ? []
          : [{ at: runTime(tables, dispatch.at), what: `message ${messageId} was dispatched ${what}` }];
      }),
    };
  },
  plant(evidence) {
    const rows = (evidence.finalState['sms'] ?? []) as unknown as readonly SmsRow[];
    const dispatch = rows.find(({ subject }) => subject.startsWith('sms.dispatch.'));
    if (dispatch === undefined) return evidence;
    const planted = { ...dispatch, body: { ...dispatch.body, validation: null } };
    return withRows(evidence, [...rows, planted]);
  },
};

function wrong(dispatch: Dispatch, leases: ReadonlyMap<string, LeaseRow>, tables: Tables): string | undefined {
  const { validation, tenantId, subject, at } = dispatch;
  if (validation === null) return 'without a validation';
  const lease = leases.get(validation.leaseId);
  if (lease === undefined) return `on the lease ${validation.leaseId}, which does not exist`;
  if (lease.tenant_id !== tenantId || lease.subject !== subject)
    return `on a lease of ${lease.tenant_id} on ${lease.subject}, from ${subject} of ${tenantId}`;
  const speed = tables.clock[0]?.speed ?? 1;
  if (fromSystem(validation.readAgeMs, speed) > CACHE_AGE_MS)
    return `on a validation whose read was ${validation.readAgeMs} ms old`;
  const over = lease.ended_at === null ? 0 : fromSystem(at - lease.ended_at, speed);
  return over > CACHE_AGE_MS + UNDER_WAY_MS ? `${over} ms after the end of its lease` : undefined;
}

function withRows(evidence: Evidence, sms: readonly SmsRow[]): Evidence {
  return { ...evidence, finalState: { ...evidence.finalState, sms: sms as never } };
}
