import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { chooseExploration } from './choose-exploration.ts';

const ROOT = resolve(import.meta.dirname, '../..');

test('with a planted bug only what deploys the changed code is drawn', async () => {
  const names = async (planted?: string): Promise<readonly string[]> => {
    const { model } = await chooseExploration(ROOT, {
      system: 'numbering',
      ...(planted === undefined ? {} : { planted }),
    });
    return model.topologies.map(({ name }) => name);
  };
  const all = await names();
  expect(await names('lost-update')).toEqual(all);
  const billing = await names('billing-misses-reinstated');
  expect(billing).toContain('core+events');
  expect(billing).not.toContain('core');
});
