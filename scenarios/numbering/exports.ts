/** Regulator exports: what the plan, the administrators and the regulator see of them. */
import { operations, polled, timePasses } from 'faultline';
import type { Activity, Ms, PlannableFault, Probe, Running, StoredObject } from 'faultline';
import { generateExport } from '../../models/numbering/clients/admin-call.ts';
import { clientsOf } from '../../models/numbering/clients/clients.ts';

const BUCKET = 'regulator-exports';
/** The object store lives in its own time: its clients correct theirs by its answers. */
const CLOCKS = ['numbering-service', 'numbering-jobs', 'postgres'] as const;

interface PlannedExport {
  readonly month: string;
  readonly status: 'PENDING' | 'DONE';
  readonly error: string | null;
  /** Seconds since the planned time. */
  readonly age: number;
}

async function plan({ admin }: Running): Promise<readonly PlannedExport[]> {
  const rows = await admin.sql(
    'postgres',
    `select month, status, error, extract(epoch from now() - planned_at)::float8 as age from numbering.regulator_exports order by month`,
  );
  return rows as unknown as readonly PlannedExport[];
}

/** The first month that is not made yet. */
export async function pendingMonth(running: Running): Promise<string | undefined> {
  return (await plan(running)).find(({ status }) => status === 'PENDING')?.month;
}

/** The clocks go on to `before` the instant at which the next export has been late for `late`. */
export function untilLate(late: Ms, before: Ms): PlannableFault {
  return timePasses(`the next export is ${late / 3_600_000} h late in ${before / 1000} s`, CLOCKS, async (running) => {
    const next = (await plan(running)).find(({ status }) => status === 'PENDING');
    if (next === undefined) throw new Error('no export is planned');
    return Math.round(late - before - next.age * 1000);
  });
}

/** Every export that is due was made within `limitMs` of its planned time, and one was made at all. */
export function exportsInTime(limitMs: Ms): Probe {
  return polled(`planned exports go from PENDING to DONE within ${limitMs / 60_000} min`, 5000, async ({ running }) => {
    const exports = await plan(running);
    const late = exports.filter(({ status, age }) => status === 'PENDING' && age * 1000 > limitMs);
    const done = exports.filter(({ status }) => status === 'DONE').length;
    // Before the first run of the job nothing is planned.
    if (exports.length === 0) return undefined;
    return { holds: late.length === 0 && done > 0, seen: `${done} of ${exports.length} DONE, ${late.length} late` };
  });
}

/** What the regulator finds of months that are not DONE. */
async function unfinished(running: Running): Promise<readonly StoredObject[]> {
  const exports = await plan(running);
  const objects = await running.admin.objects('object-store', BUCKET);
  return objects.filter(({ key }) =>
    exports.some(({ month, status }) => status === 'PENDING' && key === `${month}.csv`),
  );
}

/** From the first attempt on the row says what failed; at no moment is anything of it visible. */
export const staysPendingWithError: Probe = polled(
  'the row stays PENDING with the error, and nothing partial is visible',
  1000,
  async ({ running }) => {
    const due = (await plan(running)).find(({ status, age }) => status === 'PENDING' && age > 0);
    const visible = await unfinished(running);
    const seen = `${due === undefined ? 'nothing is late' : `${due.month} PENDING: ${due.error ?? 'no attempt has ended'}`}, ${visible.length} partial files`;
    if (visible.length > 0) return { holds: false, seen };
    // The first attempt is under way: it ends within its own time-outs.
    if (due?.error === null) return undefined;
    return { holds: due !== undefined, seen };
  },
);

export const nothingPartial: Probe = polled(
  'no unsigned or partial file is in the store',
  2000,
  async ({ running }) => {
    const exports = await plan(running);
    const objects = new Set((await running.admin.objects('object-store', BUCKET)).map(({ key }) => key));
    const bad = exports.flatMap(({ month, status }) => {
      const [file, signature] = [objects.has(`${month}.csv`), objects.has(`${month}.sig.json`)];
      if (file && !signature) return [`${month} unsigned`];
      return status === 'DONE' && !file ? [`${month} DONE without its file`] : [];
    });
    return { holds: bad.length === 0, seen: bad.join(', ') || `${objects.size} objects` };
  },
);

/** Somebody makes the late export by hand. */
export const byHand: Activity = {
  title: 'the export is made by hand',
  during: 'cleared',
  run: async (stage) => {
    const month = await pendingMonth(stage.running);
    if (month !== undefined)
      await clientsOf(stage).call('administrator', generateExport('administrator', month), { tags: { byHand: true } });
  },
};

const madeByHand = operations('generate-export')
  .where('by hand', ({ input }) => input['byHand'] === true)
  .resultIs('status', 'DONE');

/** Whether it is signed and complete is looked at in the end, by `one-export-per-month`. */
export const exportDone: Probe = polled(
  'no export is PENDING past its time, and its file is there',
  2000,
  async ({ running }) => {
    const exports = (await plan(running)).filter(({ age }) => age > 0);
    const objects = new Set((await running.admin.objects('object-store', BUCKET)).map(({ key }) => key));
    const done = exports.filter(
      ({ month, status }) => status === 'DONE' && objects.has(`${month}.csv`) && objects.has(`${month}.sig.json`),
    );
    return {
      holds: done.length === exports.length,
      seen: `${done.length} of ${exports.length} DONE, signed and in the store`,
    };
  },
);

export { madeByHand };
