/** Health of each region, from outside: whether any of its probes answers. */
import type { FailoverMetrics } from './metrics.ts';

/** Asks every probe once. */
export async function probeRegions(
  probes: ReadonlyMap<string, readonly string[]>,
  timeoutMs: number,
  metrics: FailoverMetrics,
): Promise<void> {
  await Promise.all(
    [...probes].map(async ([region, urls]) => {
      const answers = await Promise.all(urls.map((url) => answersOk(url, timeoutMs)));
      metrics.region(region, answers.some(Boolean));
    }),
  );
}

async function answersOk(url: string, timeoutMs: number): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
