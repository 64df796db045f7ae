import { join } from 'node:path';
import { expect, test } from 'vitest';
import { correspondence } from './correspondence.ts';
import { openProject } from './project.ts';

const project = openProject(join(import.meta.dirname, '../..'));

test('scenarios and rows say the same: every line has its assertion, every sabotage line its sabotage', async () => {
  expect((await correspondence(project)).problems).toEqual([]);
});

test('each row is implemented or planned, and the first five are implemented', () => {
  const implemented = project.rows.filter(({ scenario }) => scenario !== undefined).map(({ row }) => row.id);
  expect(project.rows).toHaveLength(128);
  expect(implemented).toEqual(expect.arrayContaining(['NUM-03', 'NUM-04', 'NUM-09', 'NUM-10', 'NUM-19']));
});
