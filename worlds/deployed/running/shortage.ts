import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { Shortage } from '../../../contract/index.ts';

/** What the kernel counts of a container's shortages, by the contract's names. */
export interface ShortageCounts {
  outOfMemory: number;
  atMemoryLimit: number;
  throttled: number;
}

const MEGABYTE = 2 ** 20;
/** The kernel's usual period of a processor's share, microseconds. */
const PERIOD_US = 100_000;
/** A container that uses so much of its memory is at its limit: where the kernel does not count refusals. */
const AT_LIMIT = 0.95;
const LOOK_MS = 300;
/** Memory that grows without end, in any shell. */
const HOG = ['sh', '-c', 'x=0123456789abcdef; while :; do x=$x$x$x$x; done'];
/** The kernel's "first of all". */
const FIRST_TO_END = '1000';
const ENDED_WITHIN_MS = 20_000;

/**
 * Makes a container short of something, by its control group. What the kernel counts while it lasts is added to `counts`.
 * @returns gives it back; a container that was ended meanwhile is started by whoever heals
 */
export async function starve(
  container: Docker.Container,
  shortage: Exclude<Shortage, { kind: 'disk-full' }>,
  counts: ShortageCounts,
): Promise<AsyncDisposable> {
  if (shortage.kind === 'memory-used-up') return useUpMemory(container, counts);
  const { HostConfig } = await container.inspect();
  if (shortage.kind === 'cpu-limit') {
    await container.update({ CpuPeriod: PERIOD_US, CpuQuota: Math.round(shortage.cores * PERIOD_US) });
    return watched(container, counts, () => container.update({ CpuPeriod: PERIOD_US, CpuQuota: -1 }));
  }
  const bytes = shortage.megabytes * MEGABYTE;
  await container.update({ Memory: bytes, MemorySwap: bytes }).catch((error: unknown) => {
    throw new Error(`its memory could not be limited to ${shortage.megabytes} MB: it may have more in use already`, {
      cause: error,
    });
  });
  const { Memory, MemorySwap } = HostConfig;
  return watched(container, counts, () => container.update({ MemorySwap: MemorySwap ?? -1, Memory: Memory ?? 0 }));
}

/** The kernel ends the container's own process, and not the one that takes the memory. */
async function useUpMemory(container: Docker.Container, counts: ShortageCounts): Promise<AsyncDisposable> {
  const { State } = await container.inspect();
  writeFileSync(`/proc/${State.Pid}/oom_score_adj`, FIRST_TO_END);
  const hog = await container.exec({ Cmd: HOG, User: '0' });
  await hog.start({ Detach: true });
  for (const end = performance.now() + ENDED_WITHIN_MS; ; await sleep(LOOK_MS)) {
    const now = (await container.inspect()).State;
    if (!now.Running) {
      if (now.OOMKilled) counts.outOfMemory += 1;
      break;
    }
    if (performance.now() > end) throw new Error(`it did not run out of memory within ${ENDED_WITHIN_MS / 1000} s`);
  }
  return { [Symbol.asyncDispose]: async () => {} };
}

/** Reads the kernel's counts until disposed, then gives back. */
async function watched(
  container: Docker.Container,
  counts: ShortageCounts,
  giveBack: () => Promise<unknown>,
): Promise<AsyncDisposable> {
  const before = await read(container);
  const start = { ...counts };
  const ended = new AbortController();
  const look = async (): Promise<void> => {
    const { State } = await container.inspect();
    if (State.OOMKilled) counts.atMemoryLimit = start.atMemoryLimit + 1;
    if (!State.Running) return;
    const now = await read(container);
    counts.throttled = start.throttled + Math.max(0, now.throttled - before.throttled);
    counts.atMemoryLimit = Math.max(
      counts.atMemoryLimit,
      start.atMemoryLimit + Math.max(0, now.refused - before.refused) + Number(now.atLimit),
    );
  };
  const watching = (async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await look().catch(() => {}); // it is being started or ended: the next look tells
      await sleep(LOOK_MS, undefined, { signal: ended.signal }).catch(() => {});
    }
  })();
  let given: Promise<void> | undefined;
  return {
    [Symbol.asyncDispose]: () =>
      (given ??= (async () => {
        ended.abort();
        await watching;
        await giveBack();
      })()),
  };
}

async function read(container: Docker.Container): Promise<{ throttled: number; refused: number; atLimit: boolean }> {
  const stats: Docker.ContainerStats = await container.stats({ stream: false, 'one-shot': true });
  // What there is depends on the version of the kernel's control groups.
  const memory: Partial<Docker.MemoryStats> = stats.memory_stats;
  const { usage = 0, limit = Infinity, failcnt = 0 } = memory;
  return {
    throttled: stats.cpu_stats.throttling_data?.throttled_periods ?? 0,
    refused: failcnt,
    atLimit: usage >= AT_LIMIT * limit,
  };
}
