import type { RedisHost } from '../types.ts';

/** The machine's own clock, timers and randomness. */
export const realHost: RedisHost = {
  now: () => performance.timeOrigin + performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
  random: () => Math.random(),
};
