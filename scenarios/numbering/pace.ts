/** How fast operations are answered, held against what they took in the steady state of the same run. */
import type { Evidence, Ms, Observation, Operation, Probe, Running } from 'faultline';

/** Tumbling windows of 10 s; fewer operations than this say nothing. */
const WINDOW_MS: Ms = 10_000;
const SAMPLES_MIN = 5;
/** A median leaves half of the operations to chance: with more waiting for a processor than half of that it is the machine's. */
const WAITING_MAX = 0.25;

/**
 * In each window the median duration of the operations that `matches` accepts is at most `factor` times their median
 * between the steady state and the injection. Operations without an answer count with the time until the end of the window.
 */
export function noSlowerThan(factor: number, what: string, matches: (operation: Operation) => boolean): Probe {
  const title = `${what} take at most ${factor} times as long as in the steady state`;
  return {
    title,
    observe: async (evidence, running, from, to) => looks(evidence, running, from, to, factor, what, matches),
    plant: (evidence) => withSlowWindow(evidence, factor, matches),
  };
}

function looks(
  { operations, instants }: Evidence,
  running: Running,
  from: Ms,
  to: Ms,
  factor: number,
  what: string,
  matches: (operation: Operation) => boolean,
): readonly Observation[] {
  const { steady = 0, injected = to } = instants;
  const chosen = operations.filter(matches);
  const before = median(durations(chosen, steady, injected));
  if (before === undefined) return [];
  const found: Observation[] = [];
  for (let at = from; at + WINDOW_MS <= to; at += WINDOW_MS) {
    const taken = durations(chosen, at, at + WINDOW_MS);
    const middle = median(taken);
    if (middle === undefined || taken.length < SAMPLES_MIN) continue;
    const busy = (running.waiting(at, at + WINDOW_MS) ?? 0) > WAITING_MAX;
    found.push({
      at,
      holds: busy || middle <= factor * before,
      seen: `${what}: median ${ms(middle)} of ${taken.length}, ${ms(before)} in the steady state`,
      ...(busy ? { unjudged: true } : {}),
    });
  }
  return found;
}

function durations(operations: readonly Operation[], from: Ms, to: Ms): readonly Ms[] {
  return operations
    .filter(({ invokedAt }) => invokedAt >= from && invokedAt < to)
    .map(({ invokedAt, completedAt }) => (completedAt ?? to) - invokedAt);
}

function median(values: readonly Ms[]): Ms | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

const ms = (value: Ms): string => `${Number(value.toPrecision(3))} ms`;

/** Twice as many operations as there are in the window of the injection, each ten times as slow as allowed. */
function withSlowWindow(evidence: Evidence, factor: number, matches: (operation: Operation) => boolean): Evidence {
  const { steady = 0, injected = 0 } = evidence.instants;
  const at = steady + Math.floor((injected - steady) / WINDOW_MS + 1) * WINDOW_MS;
  const chosen = evidence.operations.filter(matches);
  const there = durations(chosen, at, at + WINDOW_MS).length;
  const before = median(durations(chosen, steady, injected)) ?? 1;
  const model = chosen.at(-1);
  if (model === undefined) return evidence;
  const slow = Array.from({ length: 2 * there + SAMPLES_MIN }, () => ({
    ...model,
    id: -1,
    invokedAt: at,
    completedAt: at + 10 * factor * before,
  }));
  return { ...evidence, operations: [...evidence.operations, ...slow] };
}
