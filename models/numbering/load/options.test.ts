import { expect, test } from 'vitest';
import { LOAD_OPTIONS, setOption } from './options.ts';

test('an option is set by its name', () => {
  const options = { ...LOAD_OPTIONS };
  setOption(options, 'validationsPerSecond', 50);
  expect(options).toEqual({ ...LOAD_OPTIONS, validationsPerSecond: 50 });
});

test('an unknown name and a value of another type are refused', () => {
  const options = { ...LOAD_OPTIONS };
  expect(() => setOption(options, 'validations', 5)).toThrow(
    'no load option validations; numbering has validationsPerSecond',
  );
  expect(() => setOption(options, 'repeatReserves', 1)).toThrow('expected a boolean, found 1');
});
