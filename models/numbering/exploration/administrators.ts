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
