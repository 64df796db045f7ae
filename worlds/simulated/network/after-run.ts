const releases: (() => void)[] = [];

/**
 * Something of this run is held by what outlives it, native or shared between runs: `release` lets go of it when nothing
 * of the run is at work any more. Otherwise the whole run stays in memory.
 */
export function afterRun(release: () => void): void {
  releases.push(release);
}

export function releaseRun(): void {
  for (const release of releases.splice(0)) release();
}
