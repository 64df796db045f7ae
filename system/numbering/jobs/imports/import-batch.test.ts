import { EventEmitter } from 'node:events';
import type pg from 'pg';
import { expect, test } from 'vitest';
import type { ObjectStore } from '../../../kit/object-store.ts';
import { Safeguards } from '../../../kit/safeguards.ts';
import type { Batch } from '../../store/imports.ts';
import { IMPORT_ERROR_RECORD, IMPORT_SINGLE_TRANSACTION, importBatch } from './import-batch.ts';

const batch: Batch = {
  id: 'b1',
  contractId: 'c1',
  status: 'PENDING',
  objectKey: 'k',
  sha256: 'not that of the stored file',
  rows: undefined,
  error: undefined,
  createdAt: new Date(0),
  endedAt: undefined,
};

/** Imports a file that is not the one that was signed, while the batch is pending or not. */
async function refused(pending: boolean): Promise<{ ended: unknown; updates: number }> {
  let updates = 0;
  const client = Object.assign(new EventEmitter(), {
    async query(text: string) {
      if (text.startsWith('UPDATE')) updates += 1;
      return { rows: text.includes('FOR UPDATE') && pending ? [{ id: batch.id }] : [] };
    },
    release: () => {},
  });
  const ended = await importBatch(
    {
      pool: { connect: async () => client } as unknown as pg.Pool,
      store: { get: async () => Buffer.from('kind,value\n') } as unknown as ObjectStore,
      safeguards: new Safeguards([IMPORT_SINGLE_TRANSACTION, IMPORT_ERROR_RECORD], []),
      bucket: 'numbering',
      chunk: 10,
    },
    batch,
  );
  return { ended, updates };
}

test('a file that cannot be imported ends its batch', async () => {
  expect(await refused(true)).toEqual({ ended: 'FAILED', updates: 1 });
});

test('a batch that somebody else has ended meanwhile stays as it is', async () => {
  expect(await refused(false)).toEqual({ ended: undefined, updates: 0 });
});
