import { stat } from 'node:fs';
import { expect, test } from 'vitest';
import { bounded } from './bounded.ts';

const late = (): Error => new Error('late');

test('what does not come in time is late', async () => {
  await expect(bounded(5, new Promise(() => {}), late)).rejects.toThrow('late');
});

test('an answer that is there when a stalled process goes on is not late', async () => {
  const answer = new Promise<string>((resolve) => {
    stat('.', () => resolve('there'));
  });
  const heard = bounded(5, answer, late);
  for (const end = performance.now() + 50; performance.now() < end;);
  expect(await heard).toBe('there');
});
