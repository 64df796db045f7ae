import { expect, test } from 'vitest';
import { Safeguards } from '../../kit/safeguards.ts';
import { EXPORT_HALT, EXPORT_TEMPORARY_NAME, generateExport, type ExportParts } from './generate.ts';

/** A month that is planned; the audit chain is found broken while the export is being signed. */
function breaksWhileSigning(off: readonly string[] = []) {
  const put: string[] = [];
  /** What leaves, and that an attempt is noted. */
  const course: string[] = [];
  let broken = false;
  const incident = { id: 'i1', detail: 'the audit chain is broken', opened_at: new Date() };
  const client = {
    on: () => {},
    off: () => {},
    release: () => {},
    async query(text: string) {
      if (text.includes('SET attempted_at = now()\n')) course.push('noted');
      if (text.startsWith('BEGIN')) course.push('begun');
      if (text.includes('FROM numbering.regulator_exports')) return { rows: [{ month: '2025-12', status: 'PENDING' }] };
      if (text.includes('FROM numbering.incidents')) return { rows: broken ? [incident] : [] };
      if (text.includes('audit_head WHERE')) return { rows: [{ seq: '0', hash: '0' }] };
      return { rows: [] };
    },
  };
  const store = {
    get: async () => undefined,
    put: async (bucket: string, key: string) => void put.push(`${bucket}/${key}`),
    copy: async (_: object, bucket: string, key: string) => void put.push(`${bucket}/${key}`),
    remove: async () => {},
  };
  const parts = {
    pool: { connect: async () => client, query: (text: string) => client.query(text) },
    objects: store,
    kms: {
      async sign() {
        broken = true;
        return 'signed';
      },
    },
    safeguards: new Safeguards([EXPORT_HALT, EXPORT_TEMPORARY_NAME], off),
    privateBucket: 'private',
    exportBucket: 'regulator',
  } as unknown as ExportParts;
  return { put, course, made: generateExport(parts, '2025-12', 'job') };
}

test('an export does not leave when the chain was found broken while it was made', async () => {
  const { put, made } = breaksWhileSigning();
  await expect(made).rejects.toMatchObject({ code: 'EXPORT_HALTED' });
  expect(put).toEqual(['private/staging/2025-12.csv']);
});

test('an attempt is noted before its transaction begins, so that it is gone on with', async () => {
  const { course, made } = breaksWhileSigning(['export-halt']);
  await made;
  expect(course).toEqual(['noted', 'begun']);
});

test('without the halt it leaves', async () => {
  const { put, made } = breaksWhileSigning(['export-halt']);
  await expect(made).resolves.toMatchObject({ month: '2025-12' });
  expect(put).toContain('regulator/2025-12.csv');
});
