/** One change of one identifier on behalf of a use case: state check, compare-and-set, and the refusals they give. */
import type { Sql } from '../../../kit/postgres.ts';
import type { Safeguard } from '../../../kit/safeguards.ts';
import { formError, type Identifier, type IdentifierKey, type Kind, subjectOf } from '../../domain/identifiers.ts';
import { problem, quarantineActive } from '../../domain/problems.ts';
import { makeChanges, COMPARE_AND_SET, type Change } from '../../store/changes.ts';
import { lockFirst, readIdentifier } from '../../store/identifiers.ts';
import type { App } from '../app.ts';

export const QUARANTINE_STATE_CHECK: Safeguard = {
  name: 'quarantine-state-check',
  protects: 'an identifier in quarantine is neither reserved nor leased',
};

export const AVAILABILITY_CHECK: Safeguard = {
  name: 'availability-check',
  protects: 'only an identifier that is AVAILABLE is reserved or leased',
};

/** @throws Problem INVALID_REQUEST when the value has not the form of its kind */
export function checkForm(key: IdentifierKey): void {
  const error = formError(key.kind, key.value);
  if (error !== undefined) throw problem('INVALID_REQUEST', error);
}

/** @throws Problem NOT_FOUND */
export async function existing(sql: Sql, key: IdentifierKey): Promise<Identifier> {
  const identifier = await readIdentifier(sql, key);
  if (identifier === undefined) throw problem('NOT_FOUND', 'The identifier is not in the inventory.');
  return identifier;
}

/**
 * The identifier, free to be reserved or leased and at the version the caller believes it at.
 * @throws Problem NOT_FOUND, QUARANTINE_ACTIVE or CONFLICT
 */
export async function freeIdentifier(
  app: App,
  sql: Sql,
  key: IdentifierKey,
  believed: number | undefined,
): Promise<Identifier> {
  const identifier = await existing(app.regional.decisions ?? sql, key);
  const resting = identifier.state === 'QUARANTINE';
  if (resting && app.safeguards.on(QUARANTINE_STATE_CHECK)) throw quarantineActive(identifier);
  if (believed !== undefined && believed !== identifier.version && app.safeguards.on(COMPARE_AND_SET)) {
    throw app.conflicts.met('CAS_RACE', identifier);
  }
  if (identifier.state !== 'AVAILABLE' && !resting && app.safeguards.on(AVAILABILITY_CHECK)) {
    throw app.conflicts.met('STATE', identifier);
  }
  return identifier;
}

/** An identifier of the kind that is free. @throws Problem NOT_AVAILABLE */
export async function freeOfPool(app: App, sql: Sql, kind: Kind, now: Date): Promise<Identifier> {
  const identifier = await lockFirst(sql, kind, now, !app.safeguards.on(AVAILABILITY_CHECK));
  if (identifier !== undefined) return identifier;
  throw problem('NOT_AVAILABLE', `No inventory of kind ${kind} is available. Contact commerce operations.`);
}

/**
 * Makes the change and gives the new version.
 * @throws Problem CONFLICT with the state and version as they now are when somebody else was first
 */
export async function change(app: App, sql: Sql, now: Date, wanted: Change): Promise<number> {
  const versions = await makeChanges(sql, app.safeguards, now, [wanted]);
  const version = versions.get(subjectOf(wanted.from));
  if (version !== undefined) return version;
  throw app.conflicts.met('CAS_RACE', await existing(sql, wanted.from));
}
