import { randomUUID } from 'node:crypto';
import type { History, Running } from '../../../contract/index.ts';
import { importFile, numbersOf, signedFile } from '../administration/files.ts';

/** The operator whose block takes the files. */
const OPERATOR = 'Roshan';
/** Series of numbers, a file each: `+93760` to `+93769`, which is what `collect.ts` looks for. */
const FIRST_SERIES = 60;
const SERIES = 10;

export interface FileToImport {
  readonly rows: number;
  /** False: by a signature of somebody else. */
  readonly signed: boolean;
  /** The last row is no number. */
  readonly malformed: boolean;
}

/** A file of numbers of its own is uploaded and waited for; one operation `import`. Nothing where all series are used. */
export async function importNumbers(
  running: Running,
  history: History,
  nth: number,
  { rows, signed, malformed }: FileToImport,
): Promise<void> {
  if (nth > SERIES) return;
  const { prefix, values } = numbersOf(FIRST_SERIES + nth - 1, rows);
  const written = malformed ? [...values.slice(0, -1), `${prefix}x`] : values;
  const file = signedFile(signed ? OPERATOR : 'nobody', 'MSISDN', prefix, written);
  await importFile({ running, history }, OPERATOR, file, { signed, malformed });
}

/** compliance-engine suspends a tenant; `twice`: its event comes a second time, and the stream keeps both. */
export async function suspendTenant(
  running: Running,
  history: History,
  tenantId: string,
  twice: boolean,
): Promise<void> {
  const operation = history.invoke('operator', 'suspend', { tenantId });
  try {
    const { status, body } = await running.admin.http('compliance-engine', {
      method: 'POST',
      path: `/v1/tenants/${tenantId}/suspend`,
      body: { reason: 'ABUSE' },
    });
    if (status !== 202) return operation.info(`HTTP ${status}`);
    if (twice) await running.admin.nats('nats', 'compliance.tenant.suspended.v1', body);
    return operation.ok(body as Record<string, unknown>);
  } catch (error) {
    return operation.info(error instanceof Error ? error.message : String(error));
  }
}

/** A score from which on compliance-engine suspends (SUSPEND_SCORE). */
export const SUSPENDS_FROM = 90;

/**
 * fraud-intel's score of a tenant is published; `twice`: NATS has it twice. As an operation it is a suspension where the score is one that suspends: nobody
 * tells when that takes effect.
 */
export async function suspectTenant(
  running: Running,
  history: History,
  tenantId: string,
  score: number,
  twice: boolean,
): Promise<void> {
  const name = score >= SUSPENDS_FROM ? 'suspend' : 'suspect';
  const operation = history.invoke('fraud-intel', name, { tenantId, score });
  const body = { eventId: randomUUID(), tenantId, score, signal: 'RESERVATION_BURST' };
  try {
    for (let time = 0; time < (twice ? 2 : 1); time += 1) await running.admin.nats('nats', 'fraud.score.v1', body);
    operation.info('published');
  } catch (error) {
    operation.info(error instanceof Error ? error.message : String(error));
  }
}
