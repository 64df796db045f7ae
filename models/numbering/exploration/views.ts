import type { CaseFailure, Explored, Ms, Operation } from '../../../contract/index.ts';
import { changesBySubject, runTime, subjectOf, tablesOf } from '../invariants/tables.ts';
import type { AuditRow, Tables } from '../invariants/tables.ts';
import { quiet } from './quiet.ts';

/** A change is stamped when its transaction begins: so long after that it is committed, where nothing is broken or slow. */
const COMMITTED_MS: Ms = 1000;
/** What a second server makes the primary may lack changes that its answers told. */
const LOSES = /^storage\.(primary-lost|switchover)$/;
const HELD = new Set(['RESERVED', 'ASSIGNED']);

/** An identifier as a tenant was shown it. */
interface Shown {
  readonly subject: string;
  readonly state: string;
  readonly version: number;
  readonly tenantId?: string;
}

/**
 * What is shown of an identifier is how it was at that version, its holder to nobody else; it is no older than what anybody was told before; and a page of free
 * identifiers shows all that were free the whole time.
 */
export function views(explored: Explored): readonly CaseFailure[] {
  const { operations, faults } = explored;
  // The trail is altered by an intruder, or loses its end with the primary.
  if (faults.some(({ planned, skipped }) => skipped === undefined && LOSES.test(planned.kind))) return [];
  if (operations.some(({ name }) => name === 'tamper')) return [];
  const tables = tablesOf(explored);
  const changes = changesBySubject(tables.audit);
  const seen = operations.filter(({ name, outcome }) => outcome === 'ok' && (name === 'look-up' || name === 'browse'));
  return [
    ...seen.flatMap((operation) =>
      shownBy(operation).flatMap((shown) => {
        const what = untrue(shown, changes.get(shown.subject) ?? [], operation);
        return what === undefined ? [] : [failure('answers:view-is-true', operation, `${shown.subject} ${what}`)];
      }),
    ),
    ...seen.filter(fromPrimary).flatMap((operation) => older(operation, operations)),
    ...leftOut(seen.filter(fromPrimary), new Set(quiet(explored)), changes, tables),
  ];
}

const failure = (check: string, { id, name, invokedAt }: Operation, what: string): CaseFailure => ({
  check,
  what: `operation ${id}: ${name} showed ${what}`,
  at: invokedAt,
});

/** The portal keeps its view of the pool for a while. */
const fromPrimary = ({ input }: Operation): boolean => input['kept'] !== true;

function shownBy({ name, result = {} }: Operation): readonly Shown[] {
  const items =
    name === 'look-up' ? [result] : ((result['items'] ?? []) as readonly Readonly<Record<string, unknown>>[]);
  return items.map((item) => ({
    subject: subjectOf(item),
    state: String(item['state']),
    version: Number(item['version']),
    ...(typeof item['tenantId'] === 'string' ? { tenantId: item['tenantId'] } : {}),
  }));
}

function untrue(
  { state, version, tenantId }: Shown,
  changes: readonly AuditRow[],
  { name, input }: Operation,
): string | undefined {
  const made = changes.find((change) => change.version === version);
  if (made === undefined && version !== 1) return `at version ${version}, which it never had`;
  const was = made?.detail.to ?? 'AVAILABLE';
  if (state !== was) return `as ${state} at version ${version}, and it was ${was}`;
  if (name === 'browse' && state !== 'AVAILABLE') return `as ${state} among those that are free`;
  const holder = HELD.has(state) ? made?.detail.tenantId : undefined;
  const own = holder !== undefined && holder === input['tenantId'] ? holder : undefined;
  if (tenantId === own) return undefined;
  return `as held by ${tenantId ?? 'nobody'} to ${String(input['tenantId'])}, and its holder at version ${version} was ${holder ?? 'nobody'}`;
}

/** Older than what a change was answered with before the view was asked for. */
function older(operation: Operation, operations: readonly Operation[]): readonly CaseFailure[] {
  return shownBy(operation).flatMap(({ subject, version }): CaseFailure[] => {
    const later = operations.find(
      ({ outcome, result, completedAt = Infinity }) =>
        outcome === 'ok' &&
        completedAt < operation.invokedAt &&
        Number(result?.['version']) > version &&
        subjectOf(result) === subject,
    );
    if (later === undefined) return [];
    const what = `${subject} at version ${version}, after operation ${later.id} (${later.name}) had told of version ${String(later.result?.['version'])}`;
    return [failure('answers:view-is-fresh', operation, what)];
  });
}

/** Free identifiers that somebody was shown, and that nobody has taken since, are on each page that reaches as far. */
function leftOut(
  pages: readonly Operation[],
  undisturbed: ReadonlySet<Operation>,
  changes: ReadonlyMap<string, readonly AuditRow[]>,
  tables: Tables,
): readonly CaseFailure[] {
  const browsed = pages.filter(({ name }) => name === 'browse');
  const known = new Map(
    browsed.flatMap(shownBy).map(({ subject, version }) => [`${subject} ${version}`, { subject, version }]),
  );
  const at = (change: AuditRow | undefined, otherwise: Ms): Ms =>
    change === undefined ? otherwise : runTime(tables, change.at);
  const free = [...known.values()].map(({ subject, version }) => {
    const of = changes.get(subject) ?? [];
    const [made, next] = [version, version + 1].map((wanted) => of.find((change) => change.version === wanted));
    return { subject, from: at(made, -Infinity) + COMMITTED_MS, to: at(next, Infinity) };
  });
  return browsed.flatMap((page) => {
    const { input, result, invokedAt, completedAt = Infinity } = page;
    if (!undisturbed.has(page)) return [];
    const shown = new Set(shownBy(page).map(({ subject }) => subject));
    const next = result?.['next'];
    const end = typeof next === 'string' ? `${String(input['kind'])}:${next}` : '\u{10FFFF}';
    const missing = free.find(
      ({ subject, from, to }) =>
        subject.startsWith(`${String(input['kind'])}:`) &&
        subject <= end &&
        from < invokedAt &&
        to > completedAt &&
        !shown.has(subject),
    );
    return missing === undefined
      ? []
      : [failure('answers:view-is-whole', page, `no ${missing.subject}, which was free the whole time`)];
  });
}
