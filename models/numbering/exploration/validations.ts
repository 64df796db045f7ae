import type { CaseFailure, Explored, Ms, Operation } from '../../../contract/index.ts';
import { LIMITS } from './limits.ts';
import { quietButForStandby } from './quiet.ts';
import { runTime, subjectOf, tablesOf } from '../invariants/tables.ts';

/** What ends with a call of these, or begins; each forgets what was cached of its identifier before it answers. */
const ENDS: readonly string[] = ['release', 'recall'];
const BEGINS: readonly string[] = ['assign', 'reinstate'];
const READS: readonly string[] = ['validate', 'send'];
/** VALIDATION_REFRESH_MS of the deployments with the document's limits. */
const READ_AGAIN_MS: Ms = 30_000;
/** A validation that finds its entry older than this part of that (less up to a third) reads it again in the background; a message is validated after it was taken in. */
const OLD_PART = 0.63;
const BACKGROUND_MS: Ms = 1500;
/** An entry is stored beside the answer. */
const STORED_MS: Ms = 20;

/**
 * A validation may rest on a read that is up to 60 s old, and the cache may keep what is wrong so long where a change could not be told to it. Before anything was
 * broken it is told: what is asked after a change is answered by it, unless somebody was reading while the change was made. And an answer from
 * the cache names the age of a read that somebody made.
 */
export function validations(explored: Explored): readonly CaseFailure[] {
  const { operations, case: drawn } = explored;
  const oldMs = OLD_PART * (drawn.topology === 'core+limits' ? LIMITS.readAgainMs : READ_AGAIN_MS);
  const before = new Set(quietButForStandby(explored));
  const asked = operations.filter(({ name, outcome }) => name === 'validate' && outcome === 'ok');
  return asked.flatMap((validation) => [
    ...(before.has(validation) ? stale(validation, explored, oldMs) : []),
    ...invented(validation, operations, oldMs),
  ]);
}

function stale(validation: Operation, explored: Explored, oldMs: Ms): readonly CaseFailure[] {
  const { operations } = explored;
  const { id, input, result, invokedAt } = validation;
  const subject = subjectOf(input);
  const changes = operations.filter(
    (other) =>
      [...ENDS, ...BEGINS].includes(other.name) &&
      other.outcome === 'ok' &&
      other.result?.['replayed'] !== true &&
      subjectOf(other.result) === subject,
  );
  const last = changes
    .filter((change) => endOf(change) < invokedAt)
    .toSorted((a, b) => versionOf(a) - versionOf(b))
    .at(-1);
  if (last === undefined || subject === 'undefined:undefined') return [];
  // Who comes after it may have ended what it began, be it a job.
  if (
    changes.some(
      (change) => change !== last && endOf(change) >= last.invokedAt && change.invokedAt <= endOf(validation),
    )
  )
    return [];
  if (operations.some(({ name, invokedAt: at }) => name === 'suspend' && at <= endOf(validation))) return [];
  if (
    readers(validation, operations).some(
      (read) => read.invokedAt <= endOf(last) && readUntil(read, oldMs) >= last.invokedAt,
    )
  )
    return [];
  const begun = BEGINS.includes(last.name);
  const holder = last.name === 'assign' ? last.input['tenantId'] : last.result?.['tenantId'];
  const lasts = lastsUntil(last, explored);
  // Over while it was asked for, or so shortly before or after that nobody can say.
  if (begun && lasts >= invokedAt - 1 && lasts <= endOf(validation) + 1) return [];
  const valid = begun && holder === input['tenantId'] && lasts > invokedAt;
  if (result?.['valid'] === valid) return [];
  // Whose lease was given back is in the answer only where it is told.
  if (begun && holder === undefined) return [];
  const what = `operation ${id}: ${String(input['tenantId'])} was told that ${subject} is ${result?.['valid'] === true ? '' : 'not '}valid, after operation ${last.id} (${last.name})`;
  return [{ check: 'answers:validation-is-fresh', what, at: invokedAt }];
}

/** The end of the lease that a change began, on the run's clock; none where it is not told. */
function lastsUntil({ result }: Operation, explored: Explored): Ms {
  const until = Date.parse(String(result?.['validUntil']));
  return Number.isNaN(until) ? Infinity : runTime(tablesOf(explored), until);
}

function invented(validation: Operation, operations: readonly Operation[], oldMs: Ms): readonly CaseFailure[] {
  const { id, input, result, invokedAt } = validation;
  if (result?.['source'] !== 'cache' || typeof result['readAgeMs'] !== 'number') return [];
  // Read at some time between these.
  const [from, to] = [invokedAt - result['readAgeMs'], endOf(validation) - result['readAgeMs']];
  const read = readers(validation, operations).some(
    (other) => other.invokedAt <= to + 1 && (other.name === 'send' || readUntil(other, oldMs) >= from - 1),
  );
  if (read) return [];
  const what = `operation ${id}: the validation of ${subjectOf(input)} rests on a read ${result['readAgeMs']} ms ago, and nobody asked then`;
  return [{ check: 'answers:read-age', what, at: invokedAt }];
}

/** Others that may have read the facts of the identifier. */
function readers(validation: Operation, operations: readonly Operation[]): readonly Operation[] {
  return operations.filter(
    (other) =>
      other !== validation && READS.includes(other.name) && subjectOf(other.input) === subjectOf(validation.input),
  );
}

/** Until when the facts that it read may have been stored. */
function readUntil(read: Operation, oldMs: Ms): Ms {
  const { name, result } = read;
  const again = name === 'send' || (result?.['source'] === 'cache' && Number(result['readAgeMs']) >= oldMs);
  return endOf(read) + (again ? BACKGROUND_MS : STORED_MS);
}

const endOf = ({ completedAt = Infinity }: Operation): Ms => completedAt;
const versionOf = ({ result }: Operation): number => Number(result?.['version'] ?? 0);
