import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { Safeguards } from './safeguards.ts';

const A = { name: 'a-check', protects: 'a' };
const B = { name: 'b-check', protects: 'b' };

test('every safeguard is on unless it is named', () => {
  const safeguards = new Safeguards([A, B], ['b-check']);
  expect([safeguards.on(A), safeguards.on(B)]).toEqual([true, false]);
});

test('a name that is not declared is refused, with those that are', () => {
  expect(() => new Safeguards([B, A], ['a-check', 'c-check'])).toThrow(
    /SAFEGUARDS_OFF names c-check.*a-check, b-check/s,
  );
});

test('safeguard_enabled tells which are off', async () => {
  const registry = new Registry();
  new Safeguards([A, B], ['a-check']).export(registry);
  const text = await registry.metrics();
  expect(text).toContain('safeguard_enabled{name="a-check"} 0');
  expect(text).toContain('safeguard_enabled{name="b-check"} 1');
});
