import type { Ms } from '../../../contract/index.ts';

/** A new latency is drawn so often, real time: what goes through meanwhile has the same. */
const DRAWN_EVERY_MS = 100;

/**
 * Sets a latency anew all the time: Toxiproxy's own jitter is drawn from a seed that cannot be given. Disposing it ends that.
 * @param random in [0, 1), from the run's seed; @param set puts the latency, real ms, in place
 */
export function jitter(
  latencyMs: Ms,
  jitterMs: Ms,
  random: () => number,
  set: (latencyMs: Ms) => Promise<void>,
): AsyncDisposable {
  let setting: Promise<void> | undefined;
  const timer = setInterval(() => {
    // One that is still being set is not overtaken by another.
    setting ??= set(drawn(latencyMs, jitterMs, random))
      .catch(() => {}) // Toxiproxy does not answer: what is in place stays, and the audit says so
      .finally(() => {
        setting = undefined;
      });
  }, DRAWN_EVERY_MS);
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await setting;
    },
  };
}

/** Evenly between `latencyMs` less and plus `jitterMs`, in whole ms, as Toxiproxy takes them. */
export function drawn(latencyMs: Ms, jitterMs: Ms, random: () => number): Ms {
  return Math.max(0, Math.round(latencyMs + (2 * random() - 1) * jitterMs));
}
