/** NUM-01: a file of an operator whose import is under way when the database is lost. */
import { polled } from 'faultline';
import type { Activity, Ms, Probe } from 'faultline';
import { numbersOf, signedFile } from '../../models/numbering/administration/files.ts';
import { uploadBlock } from '../../models/numbering/clients/admin-call.ts';
import { clientsOf } from '../../models/numbering/clients/clients.ts';
import { primarySql } from '../../models/numbering/primary.ts';

const OPERATOR = 'AWCC';
/** A series of numbers that no other file has. */
const SERIES = 66;
const ROWS = 200;
/** Text by which the obstacle's own session is found again. */
const MARK = 'faultline holds this number';
const HALFWAY_LIMIT_MS: Ms = 20_000;

export const IMPORTS = 'numbering-jobs-imports';

/**
 * An administrator's session holds a number of the file's middle, uncommitted, so that the import waits there until the server is
 * lost; the session is lost with it.
 */
export const importUnderWay: Activity = {
  title: 'a file is half imported',
  during: 'steady',
  run: async (stage) => {
    const { admin, clock } = stage.running;
    const { prefix, values } = numbersOf(SERIES, ROWS);
    void admin
      .sql(
        'postgres',
        `do $$ begin /* ${MARK} */ insert into numbering.identifiers (kind, value) values ('MSISDN', '${values[ROWS / 2] ?? ''}');
           perform pg_sleep(${SLEEP_S}); raise exception 'not for good'; end $$`,
      )
      .catch(() => {});
    const file = signedFile(OPERATOR, 'MSISDN', prefix, values);
    const uploaded = await clientsOf(stage).call(OPERATOR, uploadBlock(OPERATOR, file));
    if (uploaded.outcome !== 'ok') throw new Error(`the file was not taken: ${uploaded.error}`);
    const limit = clock.now() + HALFWAY_LIMIT_MS;
    const waits = async (): Promise<boolean> =>
      (await admin.sql('postgres', `select 1 from pg_locks where not granted and locktype = 'transactionid'`)).length >
      0;
    while (!(await waits())) {
      if (clock.now() > limit)
        throw new Error(`the import did not come to its middle within ${HALFWAY_LIMIT_MS / 1000} s`);
      await clock.sleep(20);
    }
  },
};

/** The obstacle goes by itself, in a run whose fault never came. */
const SLEEP_S = 120;

interface Imported {
  readonly status: string;
  readonly rows: number;
}

const QUERY = `select (select b.status from numbering.lease_import_batches b where b.contract_id = '${OPERATOR}' order by b.created_at desc limit 1) as status,
  (select count(*)::int from numbering.identifiers where kind = 'MSISDN' and value like '${numbersOf(SERIES, 1).prefix}%') as rows`;

const said = ([row]: readonly Record<string, unknown>[]): Imported => ({
  status: String(row?.['status']),
  rows: Number(row?.['rows']),
});

/** By the standby in the other region, while the primary is away: the batch waits and nothing of it is in the inventory. */
export const importPaused: Probe = polled(
  'the import waits, and nothing of it is in the inventory',
  2000,
  async ({ running }) => {
    const { status, rows } = said(await running.admin.sql('postgres-mzr', QUERY));
    const alive = running.component(IMPORTS).state() === 'running';
    return {
      holds: alive && status === 'PENDING' && rows === 0,
      seen: `${status}, ${rows} rows, the worker ${alive ? 'runs' : 'has ended'}`,
    };
  },
);

/** It went on where it was: the whole of the file, once. */
export const importDone: Probe = polled('the import is complete', 2000, async ({ running }) => {
  const { status, rows } = said(await primarySql(running, QUERY));
  return { holds: status === 'DONE' && rows === ROWS, seen: `${status}, ${rows} of ${ROWS} rows` };
});
