/** Browse: what is in the inventory, always from the primary. */
import { type IdentifierKey, type Kind, type State } from '../../domain/identifiers.ts';
import { databaseProblem, problem } from '../../domain/problems.ts';
import { browseIdentifiers } from '../../store/identifiers.ts';
import type { App } from '../app.ts';
import { showIdentifier, type IdentifierView } from '../views.ts';
import { checkForm, existing } from './change.ts';

export interface BrowseRequest {
  readonly kind: Kind;
  readonly state?: State | undefined;
  /** Value after which the page begins. */
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

const DEFAULT_LIMIT = 50;

/** @throws Problem INVALID_REQUEST, UNAVAILABLE */
export async function browse(
  app: App,
  tenantId: string,
  request: BrowseRequest,
): Promise<{ items: IdentifierView[]; next?: string }> {
  const limit = request.limit ?? DEFAULT_LIMIT;
  if (limit > app.config.BROWSE_LIMIT_MAX)
    throw problem('INVALID_REQUEST', `limit must be at most ${app.config.BROWSE_LIMIT_MAX}`);
  try {
    const found = await browseIdentifiers(app.pool, { ...request, limit: limit + 1 });
    const items = found.slice(0, limit).map((identifier) => showIdentifier(identifier, tenantId));
    const last = items.at(-1);
    return found.length > limit && last !== undefined ? { items, next: last.value } : { items };
  } catch (error) {
    throw databaseProblem(error);
  }
}

/** One identifier. @throws Problem NOT_FOUND, UNAVAILABLE */
export async function lookUp(app: App, tenantId: string, key: IdentifierKey): Promise<IdentifierView> {
  checkForm(key);
  try {
    return showIdentifier(await existing(app.pool, key), tenantId);
  } catch (error) {
    throw databaseProblem(error);
  }
}
