import type { CaseFailure, Evidence, Explored, Ms, Operation, Running } from '../../../contract/index.ts';
import { runTime, tablesOf } from '../invariants/tables.ts';

/** What the topology `core+bursts` sets in place of the document's 60 in a minute. */
export const BURST = { reserves: 2, windowMs: 10_000 } as const;
export const BURSTS = 'core+bursts';
const FRAUD_INTEL = 'fraud-intel';
const SERVICE = 'numbering-service';
/** Each of them counts what it has told itself. */
const SERVICES = 2;
/** What nobody has broken is told at once. */
const TOLD_MS: Ms = 2000;
/** A clock is read in whole milliseconds. */
const ROUNDED_MS: Ms = 1;
const MINUTE_MS: Ms = 60_000;

/** What fraud-intel was told, as it keeps it. */
interface Signal {
  readonly signal: string;
  readonly tenantId: string;
  readonly ratePerMinute: number;
  /** By its clock. */
  readonly at: string;
}

/** What fraud-intel was told since it was started last; nothing where it is not deployed. */
export async function collectSignals(running: Running): Promise<Evidence['finalState']> {
  if (running.deployment.components.every(({ name }) => name !== FRAUD_INTEL)) return {};
  const { body } = await running.admin.http(FRAUD_INTEL, { method: 'GET', path: '/v1/control/signals' });
  return { signals: (body as { readonly signals: readonly Signal[] }).signals.map((signal) => ({ ...signal })) };
}

/**
 * Fraud-intel is told of who asks for more than its rate, and of nobody else: with a rate that is beyond the limit, for each refusal within a window, and by
 * each service once a window (NUM-18). Where a service, fraud-intel or the way between them was broken nobody knows what was told.
 */
export function bursts(explored: Explored): readonly CaseFailure[] {
  if (explored.case.topology !== BURSTS) return [];
  const tables = tablesOf(explored);
  const told = ((explored.finalState['signals'] ?? []) as unknown as readonly Signal[]).map((signal) => ({
    ...signal,
    at: runTime(tables, Date.parse(signal.at)),
  }));
  const asked = explored.operations.filter(({ name }) => name === 'reserve');
  const mistaken = told.flatMap(({ tenantId, signal, ratePerMinute, at }): CaseFailure[] => {
    const reason = asked.some(
      (each) => each.input['tenantId'] === tenantId && each.invokedAt <= at + ROUNDED_MS && mayBeRefused(each),
    );
    const above = signal === 'RESERVATION_BURST' && ratePerMinute > (BURST.reserves * MINUTE_MS) / BURST.windowMs;
    if (reason && above) return [];
    const what = `fraud-intel was told ${signal} of ${tenantId} at ${ratePerMinute} a minute, ${reason ? 'which is within its rate' : 'and nobody had refused it'}`;
    return [{ check: 'answers:told-of-bursts-only', what, at }];
  });
  if (broken(explored)) return mistaken;
  const missing = asked.flatMap(({ id, error, input, invokedAt, completedAt = Infinity }): CaseFailure[] => {
    if (error !== 'RATE_LIMITED') return [];
    const [from, to] = [invokedAt - BURST.windowMs - TOLD_MS, completedAt + TOLD_MS];
    if (told.some(({ tenantId, at }) => tenantId === input['tenantId'] && at >= from && at <= to)) return [];
    const what = `operation ${id}: ${String(input['tenantId'])} was told RATE_LIMITED, and fraud-intel was not told of it`;
    return [{ check: 'answers:bursts-are-told', what, at: invokedAt }];
  });
  const repeated = [...Map.groupBy(told, ({ tenantId }) => tenantId)].flatMap(([tenantId, own]) =>
    own.flatMap(({ at }, i): CaseFailure[] => {
      const first = own[i - SERVICES];
      if (first === undefined || at - first.at >= BURST.windowMs - TOLD_MS) return [];
      const what = `fraud-intel was told of ${tenantId} ${SERVICES + 1} times in ${Math.round(at - first.at)} ms, and there are ${SERVICES} services`;
      return [{ check: 'answers:told-once-a-window', what, at }];
    }),
  );
  return [...mistaken, ...missing, ...repeated];
}

const mayBeRefused = ({ error, outcome }: Operation): boolean =>
  error === 'RATE_LIMITED' || outcome === 'info' || outcome === undefined;

/** Who tells, who is told, or the way between them. */
function broken({ faults, case: { slowLinks } }: Explored): boolean {
  const concerns = (names: readonly string[]): boolean =>
    names.includes(FRAUD_INTEL) || (names.length === 1 && names[0]?.startsWith(SERVICE) === true);
  return (
    slowLinks.some(({ from, to }) => concerns([from, to])) ||
    faults.some(({ skipped, planned }) => skipped === undefined && concerns(planned.targets))
  );
}
