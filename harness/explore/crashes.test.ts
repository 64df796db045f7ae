import { expect, test } from 'vitest';
import type { Running } from '../../contract/index.ts';
import { logPatterns } from '../../models/checkers/index.ts';
import { crashes } from './crashes.ts';

const deployed = (texts: readonly string[]): Pick<Running, 'deployment' | 'log'> =>
  ({
    deployment: { components: [{ kind: 'service', name: 'shop' }] },
    log: () => texts.map((text) => ({ at: 0, source: 'shop-1', text })),
  }) as unknown as Pick<Running, 'deployment' | 'log'>;

test('a service that ended by an error which nobody caught has crashed, and the error is named', () => {
  const stack = ['TypeError: x is not a function', '    at main (main.ts:1:1)', '', 'Node.js v24.1.0'];
  expect(crashes(deployed(stack), logPatterns)).toEqual([
    { check: 'crash:shop', what: 'shop, line 4: Node.js v24.1.0 (TypeError: x is not a function)' },
  ]);
});

test('so has one that tells of a rejection and goes on', () => {
  expect(crashes(deployed(['{"level":50,"msg":"unhandledRejection"}']), logPatterns)).toHaveLength(1);
});

test.each([
  ['could not start and says why', ['The start failed: no database', 'process ended: exit code 1']],
  ['was killed', ['{"msg":"listening"}', 'process ended: signal SIGKILL']],
])('a service that %s has not', (_, texts) => {
  expect(crashes(deployed(texts), logPatterns)).toEqual([]);
});
