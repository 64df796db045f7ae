import { expect, test } from 'vitest';
import { ToyProject } from '../testing/command-line.ts';
import { killed } from './matrix.ts';

const MATRIX = ['sabotage', '--matrix', '--system', 'toy', '--no-explore'];

test('a safeguard whose assertion was never seen red is not killed; once it was, it is', async () => {
  using project = new ToyProject();
  const before = await project.faultline(MATRIX);
  expect(before.code).toBe(1);
  expect(before.stdout).toContain('TOY-01 mitigation[0]: never seen red');
  expect(before.stdout).toContain('0 of 1 safeguards are killed by a row; not: fallback');
  await project.faultline(['sabotage', 'TOY-01', '--world', 'toy', '--lines-only']);
  const after = await project.faultline(MATRIX);
  expect(after.code).toBe(0);
  expect(after.stdout).toMatch(/^fallback +TOY-01 mitigation\[0\]: red$/m);
  expect(after.stdout).toContain('1 of 1 safeguards are killed by a row');
});

test('what else turned the assertion red does not count, and is named', async () => {
  using project = new ToyProject({ 'runs/seen-red.json': '{"TOY-01":{"mitigation[0]":["no-fault"]}}' });
  const { code, stdout } = await project.faultline(MATRIX);
  expect(code).toBe(1);
  expect(stdout).toContain('TOY-01 mitigation[0]: never seen red by sabotage[0], only by no-fault');
});

test('a note that is none is refused, with the file', async () => {
  using project = new ToyProject({ 'runs/seen-red.json': '{"TOY-01"' });
  const { code, stderr } = await project.faultline(MATRIX);
  expect([code, stderr]).toEqual([254, expect.stringContaining('seen-red.json: expected what')]);
});

test.each([
  ['what the matrix does not read', [...MATRIX, '--line', '0'], '--line is not for --matrix'],
  ['rows', [...MATRIX, 'TOY-01'], 'rows are not for --matrix'],
  [
    'what only the matrix reads',
    ['sabotage', 'TOY-01', '--safeguard-off', 'fallback'],
    '--safeguard-off is for --matrix',
  ],
  ['a budget that is none', [...MATRIX, '--budget', 'soon'], '--budget soon: expected a duration'],
])('%s is refused', async (_, args, why) => {
  using project = new ToyProject();
  const { code, stderr } = await project.faultline(args);
  expect([code, stderr]).toEqual([254, expect.stringContaining(why)]);
});

test('a safeguard that no row switches off is not killed, and is named', async () => {
  using project = new ToyProject();
  const deployment = project.read('deployments/toy.ts').replace("'fallback'", "'fallback', 'lonely'");
  project.write({
    'deployments/toy.ts': deployment,
    'runs/seen-red.json': '{"TOY-01":{"mitigation[0]":["no-fault","sabotage[0]"]}}',
  });
  const { code, stdout } = await project.faultline(MATRIX);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^lonely +no row switches it off$/m);
  expect(stdout).toContain('1 of 2 safeguards are killed by a row; not: lonely');
  const one = await project.faultline([...MATRIX, '--safeguard-off', 'fallback']);
  expect([one.code, one.stdout]).toEqual([0, expect.stringContaining('1 of 1 safeguards')]);
});

test('a safeguard that nobody declares is refused, with those that there are', async () => {
  using project = new ToyProject();
  const { code, stderr } = await project.faultline([...MATRIX, '--safeguard-off', 'nothing']);
  expect([code, stderr]).toEqual([254, expect.stringContaining('--safeguard-off nothing: expected one of fallback')]);
});

test('one row that was seen red is enough', () => {
  const never = { assertion: 'A mitigation[0]', redBy: ['no-fault'], line: 'sabotage[0]' };
  expect(killed({ rows: [] })).toBe(false);
  expect(killed({ rows: [never] })).toBe(false);
  expect(killed({ rows: [never, { ...never, redBy: ['no-heal', 'sabotage[0]'] }] })).toBe(true);
});
