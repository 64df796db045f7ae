import { expect, test } from 'vitest';
import { formError } from './identifiers.ts';

test.each([
  ['MSISDN', '+93700000001'],
  ['SHORT_CODE', '1234'],
  ['ALPHA', 'My Bank-1'],
] as const)('%s %s has its form', (kind, value) => {
  expect(formError(kind, value)).toBeUndefined();
});

test.each([
  ['MSISDN', '93700000001'],
  ['MSISDN', '+1234567'],
  ['SHORT_CODE', '12'],
  ['SHORT_CODE', '12a4'],
  ['ALPHA', '12345'],
  ['ALPHA', 'MuchTooLongName'],
  ['ALPHA', 'a:b'],
] as const)('%s %s has not', (kind, value) => {
  expect(formError(kind, value)).toContain(kind);
});
