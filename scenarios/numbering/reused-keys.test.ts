import { describe, expect, test } from 'vitest';
import type { Evidence, Operation, Probe, Running } from 'faultline';
import { answersAreForTheirPayload, secondPayloadNotCarriedOut, secondPayloadRefused } from './reused-keys.ts';

const carriedOut = { outcome: 'ok', result: { replayed: false, value: '1' } } as const;
const replayed = { outcome: 'ok', result: { replayed: true, value: '1' } } as const;
const refused = { outcome: 'fail', error: 'IDEMPOTENCY_CONFLICT', result: { status: 409 } } as const;

describe('a second payload', () => {
  test.each([
    ['refused at once', 'at once', [refused], true, true],
    ['answered with the first answer', 'at once', [replayed], false, true],
    ['carried out', 'within its life', [carriedOut], false, false],
    ['in parallel, one of two refused', 'in parallel', [refused, carriedOut], true, true],
    ['in parallel, none refused', 'in parallel', [carriedOut, carriedOut], false, false],
    ['in parallel, both refused', 'in parallel', [refused, refused], false, true],
  ] as const)('%s', async (_, mistake, answers, isRefused, isNotCarriedOut) => {
    const evidence = of(answers.map((answer) => ({ ...answer, input: { value: '1', mistake } })));
    expect(await holds(secondPayloadRefused, evidence)).toBe(isRefused);
    expect(await holds(secondPayloadNotCarriedOut, evidence)).toBe(isNotCarriedOut);
  });
});

test('an answer about another number than was asked for is seen', async () => {
  expect(await holds(answersAreForTheirPayload, of([{ ...carriedOut, input: { value: '1' } }]))).toBe(true);
  expect(await holds(answersAreForTheirPayload, of([{ ...carriedOut, input: { value: '2' } }]))).toBe(false);
});

test.each([secondPayloadNotCarriedOut, answersAreForTheirPayload])('a planted violation is seen', async (probe) => {
  const good = of(
    [carriedOut, refused].map((answer) => ({ ...answer, input: { value: '1', mistake: 'in parallel' } })),
  );
  expect(await holds(probe, good)).toBe(true);
  expect(await holds(probe, probe.plant?.(good) ?? good)).toBe(false);
});

async function holds(probe: Probe, evidence: Evidence): Promise<boolean> {
  const looks = await probe.observe(evidence, {} as Running, 0, 100);
  expect(looks.length).toBeGreaterThan(0);
  return looks.every((look) => look.holds);
}

function of(operations: readonly Partial<Operation>[]): Evidence {
  return {
    operations: operations.map((parts, id) => ({
      id,
      process: 'p',
      name: 'reserve',
      input: {},
      invokedAt: 10,
      completedAt: 20,
      outcome: 'ok',
      ...parts,
    })),
    alerts: [],
    instants: { injected: 0 },
    polled: {},
    finalState: {},
  };
}
