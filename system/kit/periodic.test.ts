import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Periodic } from './periodic.ts';

const log = pino({ level: 'silent' });
beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('runs at its start and each period', async () => {
  const work = vi.fn(async () => {});
  const loop = new Periodic('x', 1000, log, work);
  loop.start();
  await vi.advanceTimersByTimeAsync(2500);
  await loop.stop();
  await vi.advanceTimersByTimeAsync(5000);
  expect(work).toHaveBeenCalledTimes(3);
});

test('does not run twice at once: a trigger joins the run under way', async () => {
  let end = (): void => {};
  const work = vi.fn(() => new Promise<void>((resolve) => (end = resolve)));
  const loop = new Periodic('x', 1000, log, work);
  const runs = Promise.all([loop.trigger(), loop.trigger()]);
  end();
  await runs;
  expect(work).toHaveBeenCalledTimes(1);
});

test('a failing run is tried again and counts as progress', async () => {
  const work = vi.fn(async () => {
    throw new Error('no');
  });
  const loop = new Periodic('x', 1000, log, work);
  loop.start();
  await vi.advanceTimersByTimeAsync(10_500);
  expect(work.mock.calls.length).toBe(11);
  expect(loop.stalled(3)).toBeUndefined();
  await loop.stop();
});

test('a run that does not end is told after the given number of periods', async () => {
  const loop = new Periodic('sweep', 1000, log, () => new Promise(() => {}));
  loop.start();
  await vi.advanceTimersByTimeAsync(2900);
  expect(loop.stalled(3)).toBeUndefined();
  await vi.advanceTimersByTimeAsync(200);
  expect(loop.stalled(3)).toContain('sweep');
});
