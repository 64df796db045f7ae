import { expect, test } from 'vitest';
import { ProcessorWait } from './processor-wait.ts';

test('the greatest share is that of all services, or of those asked for', () => {
  const waited = new Map<number, number>();
  const wait = new ProcessorWait((pid) => waited.get(pid));
  const pids = new Map([
    ['service-1', 1],
    ['service-2', 2],
    ['job', 3],
  ]);
  const walls = [0, 1000];
  const read = (at: number, first: number, second: number, job: number): void => {
    waited.set(1, first).set(2, second).set(3, job);
    wait.read(at, pids, walls.shift());
  };
  read(0, 5, 5, 5);
  read(10_000, 15, 25, 505);
  expect(wait.share(0, 10_000)).toBeCloseTo(0.5);
  expect(wait.share(0, 10_000, ['service-1', 'service-2'])).toBeCloseTo(0.02);
  expect(wait.share(0, 10_000, ['service-1'])).toBeCloseTo(0.01);
  expect(wait.share(0, 5000)).toBeUndefined();
});
