import path from 'node:path';
import { expect, it } from 'vitest';
import { importEntry, loadPackages } from './modules.ts';

it('starts the first process of a run as fast as any later one: its packages are there, so that no loop turn passes', async () => {
  const entry = path.join(import.meta.dirname, '../testing/fixtures/with-packages.ts');
  await loadPackages(entry);
  let linked = false;
  const evaluated = importEntry(entry, () => {
    linked = true;
  });
  expect(linked).toBe(true);
  await evaluated;
});
