/** NUM-08: files of operators that must not be imported, and one whose import is killed half-way. */
import { clientMisuse, operations, polled } from 'faultline';
import type { Activity, Evidence, Ms, PlannableFault, Probe, Stage } from 'faultline';
import { importFile, numbersOf, signedFile } from '../../models/numbering/administration/files.ts';
import { signedBy } from '../../models/numbering/administration/signing.ts';
import type { BlockFile } from '../../models/numbering/clients/admin-call.ts';

const OPERATOR = 'Etisalat-AF';
const ANOTHER = 'Salaam';
export const IMPORTS = 'numbering-jobs-imports';
/** A series of numbers for each file. */
const SERIES = { good: 60, rows: 61, signature: 62, key: 63, cut: 64, killed: 65 } as const;
/** In the inventory from the start, and used by nothing else in this row. */
const EXISTING = '+93701000500';
/** Lines of the file, the header is the first: rows 100, 500 and 900. */
const BAD_LINES = [101, 501, 901];
/** Text by which the obstacle's own session is found again. */
const MARK = 'faultline holds this number';
/** Well within the worker's statement time-out of 5 s once it waits, and longer than it takes to look for files. */
const HALFWAY_LIMIT_MS: Ms = 20_000;

function file(series: number, rows: number): BlockFile {
  const { prefix, values } = numbersOf(series, rows);
  return signedFile(OPERATOR, 'MSISDN', prefix, values);
}

/** Malformed, twice in the file, and in the inventory already. */
function fileWithBadRows(rows: number): BlockFile {
  const { prefix, values } = numbersOf(SERIES.rows, rows);
  const bad = values
    .with(99, '12')
    .with(499, values[0] ?? '')
    .with(899, EXISTING);
  return signedFile(OPERATOR, 'MSISDN', prefix, bad);
}

/** One after the other: three bad rows, a bad signature, a wrong key, a file cut off, and a kill half-way. */
export function badFiles(rows: number): PlannableFault {
  return clientMisuse('operator -> numbering-service (block import)', {
    kind: 'data.forged',
    title: 'upload forged and malformed files, and kill an import half-way',
    mistaken: ({ name, input }) => name === 'import' && input['bad'] !== undefined,
    run: async (stage) => {
      await importFile(stage, OPERATOR, fileWithBadRows(rows), { bad: 'rows' });
      const forged = file(SERIES.signature, rows);
      const signature = signedBy(OPERATOR, `${forged.text} `);
      await importFile(stage, OPERATOR, { ...forged, signature }, { bad: 'signature' });
      const other = file(SERIES.key, rows);
      await importFile(stage, OPERATOR, { ...other, signature: signedBy(ANOTHER, other.text) }, { bad: 'key' });
      const whole = file(SERIES.cut, rows);
      await importFile(
        stage,
        OPERATOR,
        { ...whole, text: whole.text.slice(0, whole.text.length / 2) },
        { bad: 'cut off' },
      );
      await importKilledHalfway(stage, file(SERIES.killed, rows));
    },
  });
}

/**
 * An administrator's session holds a number of the file's middle, uncommitted, so that the import has to wait there; then its
 * process is killed, and the number let go. The worker is started again and finds the file waiting.
 */
async function importKilledHalfway(stage: Stage, killed: BlockFile): Promise<void> {
  const { running } = stage;
  const { admin, clock } = running;
  const { values } = numbersOf(SERIES.killed, killed.rows);
  const held = admin
    .sql(
      'postgres',
      `do $$ begin /* ${MARK} */ insert into numbering.identifiers (kind, value) values ('MSISDN', '${values[killed.rows / 2] ?? ''}');
         perform pg_sleep(86400); end $$`,
    )
    .catch(() => {}); // cancelled below
  const importing = importFile(stage, OPERATOR, killed, { killed: true });
  const limit = clock.now() + HALFWAY_LIMIT_MS;
  const waits = async (): Promise<boolean> =>
    (await admin.sql('postgres', `select 1 from pg_locks where not granted and locktype = 'transactionid'`)).length > 0;
  while (!(await waits())) {
    if (clock.now() > limit)
      throw new Error(`the import did not come to its middle within ${HALFWAY_LIMIT_MS / 1000} s`);
    await clock.sleep(20);
  }
  const kill = stage.history.invoke('operator', 'kill-half-way', { component: IMPORTS });
  await running.component(IMPORTS).kill();
  kill.ok({});
  await admin.sql(
    'postgres',
    `select pg_cancel_backend(pid) from pg_stat_activity where query like '%${MARK}%' and pid <> pg_backend_pid()`,
  );
  await held;
  await running.component(IMPORTS).start();
  await importing;
}

/** The steady state's file. */
export function goodFile(rows: number): Activity {
  return {
    title: 'a well-signed file is imported',
    during: 'start',
    run: (stage) => importFile(stage, OPERATOR, file(SERIES.good, rows), { good: true }),
  };
}

/** The file with the bad rows, corrected and signed anew; an operator who goes on with the mistake sends it as it was. */
export function correctedFile(rows: number): Activity {
  return {
    title: 'the corrected file is uploaded',
    during: 'cleared',
    run: async (stage) => {
      const corrected = stage.faultStays ? fileWithBadRows(rows) : file(SERIES.rows, rows);
      await importFile(stage, OPERATOR, corrected, { corrected: true, good: true });
    },
  };
}

/** The latest file that has nothing wrong with it is in the inventory, every row of it. */
export const goodFileComplete: Probe = polled(
  'a well-signed file is imported completely',
  2000,
  async ({ history, running }) => {
    const last = history.operations.findLast(
      ({ name, input, completedAt }) => name === 'import' && input['good'] === true && completedAt !== undefined,
    );
    if (last === undefined) return undefined;
    const [row] = await running.admin.sql(
      'postgres',
      `select count(*)::int as found from numbering.identifiers where kind = 'MSISDN' and value like $1 || '%' and block_id is not null`,
      [last.input['prefix']],
    );
    const found = Number(row?.['found']);
    return {
      holds: last.outcome === 'ok' && found === last.input['rows'],
      seen: `${found} of ${String(last.input['rows'])} rows`,
    };
  },
);

const imports = operations('import');

export const rejectedAsAWhole: Probe = imports
  .where('of bad files', ({ input }) => input['bad'] !== undefined)
  .each('a bad file is rejected', ({ outcome, error, input }) =>
    outcome === 'info'
      ? undefined
      : outcome === 'fail' && error === (input['bad'] === 'rows' ? 'IMPORT_FAILED' : 'SIGNATURE_INVALID'),
  );

/** The rows named by the table and by the API are those that are wrong. */
export const rowErrorsListed: Probe = polled(
  'the bad rows are listed, by the table and by the API',
  1000,
  async ({ history, running }) => {
    const batchId = batchWithBadRows(history.operations);
    if (batchId === undefined) return undefined;
    const rows = await running.admin.sql(
      'postgres',
      `select row from numbering.lease_import_errors where batch_id = $1 order by row`,
      [batchId],
    );
    const { status, body } = await running.admin.http('numbering-service', {
      method: 'GET',
      path: `/v1/admin/numbering/blocks/imports/${batchId}/errors`,
    });
    const { items = [] } = body as { items?: readonly { row: number; code: string; detail: string }[] };
    const [table, api] = [rows.map(({ row }) => Number(row)), items.map(({ row }) => row)].map((lines) =>
      lines.join(', '),
    );
    const wanted = BAD_LINES.join(', ');
    return {
      holds: status === 200 && table === wanted && api === wanted,
      seen: `lines ${table || 'none'} in the table, ${api || 'none'} by the API`,
    };
  },
);

function batchWithBadRows(all: Evidence['operations']): string | undefined {
  const failed = all.find(
    ({ name, input, completedAt }) => name === 'import' && input['bad'] === 'rows' && completedAt !== undefined,
  );
  const batchId = failed?.result?.['batchId'];
  return typeof batchId === 'string' ? batchId : undefined;
}

export const correctedIsImported: Probe = imports
  .where('of the corrected file', ({ input }) => input['corrected'] === true)
  .each(
    'the corrected file is imported completely',
    ({ outcome, input, result }) => outcome === 'ok' && result?.['rows'] === input['rows'],
  );

export const killedIsImported: Probe = imports
  .where('of the killed import', ({ input }) => input['killed'] === true)
  .each(
    'the file whose import was killed is imported when the worker runs again',
    ({ outcome, input, result }) => outcome === 'ok' && result?.['rows'] === input['rows'],
    { outcome: 'fail', error: 'PLANTED' },
  );

/** At no moment is a part of a file there. */
export function neverAPart(rows: number): Probe {
  return polled('no part of a file is in the inventory', 500, async ({ running }) => {
    const parts = await running.admin.sql(
      'postgres',
      `select left(value, 6) as prefix, count(*)::int as found from numbering.identifiers
        where kind = 'MSISDN' and value like '+9376%' group by 1 having count(*) <> $1 order by 1`,
      [rows],
    );
    return {
      holds: parts.length === 0,
      seen: parts.map(({ prefix, found }) => `${String(found)} of ${String(prefix)}`).join(', ') || 'none',
    };
  });
}

const inventories = new WeakMap<Stage['running'], string>();

/** What was there before the files is as it was loaded, but for its state, which tenants change. */
export const existingUnchanged: Probe = polled('the existing inventory is unchanged', 5000, async ({ running }) => {
  const [row] = await running.admin.sql(
    'postgres',
    `select count(*) || ' identifiers, checksum ' || sum(hashtext(kind || value || coalesce(block_id, ''))::bigint) as found
       from numbering.identifiers where block_id is null or block_id not like 'import/%'`,
  );
  const found = String(row?.['found']);
  const before = inventories.get(running) ?? found;
  inventories.set(running, before);
  return { holds: found === before, seen: found };
});

/** No file is accepted whose signature does not fit. */
export const noForgedAccepted: Probe = operations('upload-block')
  .where('of forged files', ({ input }) => input['bad'] !== undefined && input['bad'] !== 'rows')
  .each('no file is accepted whose signature does not fit', ({ outcome }) => outcome !== 'ok', {
    outcome: 'ok',
    result: {},
  });
