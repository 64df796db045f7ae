import { describe, expect, test } from 'vitest';
import { RecordedHistory } from './history.ts';
import { randomStream } from './random.ts';

describe('randomness', () => {
  test('is the same for the same seed and name, and another for another', () => {
    const draw = (seed: number, name: string): number[] => Array.from({ length: 5 }, randomStream(seed, name));
    expect(draw(1, 'load')).toEqual(draw(1, 'load'));
    expect(draw(1, 'load')).not.toEqual(draw(2, 'load'));
    expect(draw(1, 'load')).not.toEqual(draw(1, 'faults'));
  });

  test('is spread over [0, 1)', () => {
    const random = randomStream(1, 'load');
    const drawn = Array.from({ length: 10_000 }, random);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThan(1);
    expect(drawn.reduce((sum, each) => sum + each, 0) / drawn.length).toBeCloseTo(0.5, 1);
  });

  test('stays the same from version to version: recorded seeds replay', () => {
    expect(Array.from({ length: 3 }, randomStream(4711, 'load')).map((each) => each.toFixed(6))).toMatchInlineSnapshot(`
      [
        "0.049966",
        "0.860030",
        "0.147282",
      ]
    `);
  });
});

describe('the history', () => {
  test('keeps operations in the order of their invocation, stamped by the clock', () => {
    let now = 0;
    const history = new RecordedHistory({ now: () => now, sleep: async () => {}, speed: 1 });
    const first = history.invoke('p', 'reserve', {});
    now = 5;
    const second = history.invoke('p', 'reserve', {});
    second.fail('QUOTA');
    now = 9;
    first.ok({ id: 1 });
    expect(history.operations.map(({ invokedAt, completedAt, outcome }) => [invokedAt, completedAt, outcome])).toEqual([
      [0, 9, 'ok'],
      [5, 5, 'fail'],
    ]);
  });

  test('counts an operation under way as one that nobody knows of', () => {
    const history = new RecordedHistory({ now: () => 0, sleep: async () => {}, speed: 1 });
    history.invoke('p', 'reserve', {});
    expect(history.pending).toBe(1);
    expect(history.operations[0]).toMatchObject({ outcome: 'info' });
    expect(history.operations[0]).not.toHaveProperty('completedAt');
  });

  test('refuses to complete an operation twice', () => {
    const history = new RecordedHistory({ now: () => 0, sleep: async () => {}, speed: 1 });
    const operation = history.invoke('p', 'reserve', {});
    operation.ok({});
    expect(() => operation.fail('X')).toThrow('operation 0 (reserve) was completed twice');
  });
});
