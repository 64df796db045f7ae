import type { Ms, Stage } from '../../../contract/index.ts';
import { importStatus, uploadBlock } from '../clients/admin-call.ts';
import type { BlockFile } from '../clients/admin-call.ts';
import { clientsOf } from '../clients/clients.ts';
import { signedBy } from './signing.ts';

const HEADER = 'kind,value';
const ASK_EVERY_MS: Ms = 500;
/** An import that has not ended by then is given up: nobody knows. */
const LIMIT_MS: Ms = 60_000;

/** A file with these values, signed by the operator. */
export function signedFile(
  operator: string,
  kind: 'MSISDN' | 'SHORT_CODE',
  prefix: string,
  values: readonly string[],
): BlockFile {
  const text = `${[HEADER, ...values.map((value) => `${kind},${value}`)].join('\n')}\n`;
  return { text, signature: signedBy(operator, text), rows: values.length, prefix };
}

/** `count` numbers that begin with `+937<series>`, which no other numbers of the inventory do; `series` from 60. */
export function numbersOf(
  series: number,
  count: number,
): { readonly prefix: string; readonly values: readonly string[] } {
  const prefix = `+937${series}`;
  return { prefix, values: Array.from({ length: count }, (_, i) => `${prefix}${String(i + 1).padStart(6, '0')}`) };
}

/**
 * Uploads a file and asks what becomes of it until its import has ended: one operation `import` in the history, with the
 * file's `prefix` and `rows`, and `tags`. Ok: it was imported. Fail: refused, with the code, or `IMPORT_FAILED`.
 */
export async function importFile(
  stage: Pick<Stage, 'running' | 'history'>,
  operator: string,
  file: BlockFile,
  tags: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { running, history } = stage;
  const clients = clientsOf(stage);
  const { rows, prefix } = file;
  const operation = history.invoke(operator, 'import', { operator, rows, prefix, ...tags });
  const uploaded = await clients.call(operator, uploadBlock(operator, file), { tags });
  if (uploaded.outcome === 'fail') return operation.fail(uploaded.error, uploaded.result);
  if (uploaded.outcome === 'info') return operation.info(uploaded.error);
  const batchId = String(uploaded.result['batchId']);
  const deadline = running.clock.now() + LIMIT_MS;
  while (running.clock.now() < deadline) {
    await running.clock.sleep(ASK_EVERY_MS);
    const asked = await clients.call(operator, importStatus(batchId), { tags });
    const { status } = asked.outcome === 'ok' ? asked.result : {};
    if (status === 'DONE' && asked.outcome === 'ok') return operation.ok(asked.result);
    if (status === 'FAILED' && asked.outcome === 'ok') return operation.fail('IMPORT_FAILED', asked.result);
  }
  operation.info(`batch ${batchId} had not ended ${LIMIT_MS / 1000} s after its upload`);
}
