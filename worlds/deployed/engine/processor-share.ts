import { existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Where control groups are, by their version: the file of a group's share of the processors, and the greatest that it takes. What
 * a group has is divided among the processors on which it runs: on each of two it has half.
 */
const VERSIONS = [
  { root: '/sys/fs/cgroup/cpu', probe: 'cpu.shares', file: 'cpu.shares', share: '262144' },
  { root: '/sys/fs/cgroup', probe: 'cgroup.controllers', file: 'cpu.weight', share: '10000' },
] as const;

/**
 * Shares among a run's containers; the usual one is 1024. Services, whose latency is measured, go before what they ask and what
 * looks on: they would else wait for those that have just woken them, at each step of each call. So do Redis, which they give
 * 10 ms to answer, and the proxies on the way to it.
 */
export const SHARES = { first: 65_536, server: 16_384 } as const;

/**
 * The parent control group of a run's containers. Together they get a hundred times the processor share of another process,
 * by the older control groups two hundred and fifty times, where the processors are busy: a machine that runs other work beside
 * would else show that work's latencies.
 */
export class ProcessorShare {
  readonly #group: string;
  readonly #run: string;

  constructor(run: string) {
    this.#run = run;
    this.#group = `faultline-${run}`;
  }

  /** Makes it; undefined where that cannot be done: the engine's own group is then the parent. @param driver the engine's */
  create(driver: string): string | undefined {
    const version = versionHere();
    // With systemd a parent is a slice, which is systemd's to make.
    if (version === undefined || driver !== 'cgroupfs') return undefined;
    const folder = join(version.root, this.#group);
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, version.file), version.share);
    } catch {
      return undefined; // not this machine's engine, or not root
    }
    return `/${this.#group}`;
  }

  /** Removes what is left of it when its containers are gone. */
  remove(): void {
    for (const group of groupsOf(this.#run)) {
      try {
        rmdirSync(group);
      } catch {
        // its containers are not gone yet, or the engine has removed it
      }
    }
  }
}

/** Control groups of a run that are there, in every hierarchy. */
function groupsOf(run: string): readonly string[] {
  const root = '/sys/fs/cgroup';
  if (!existsSync(root)) return [];
  return ['', ...readdirSync(root)]
    .map((name) => join(root, name, `faultline-${run}`))
    .filter((group) => existsSync(group));
}

function versionHere(): (typeof VERSIONS)[number] | undefined {
  return VERSIONS.find(({ root, probe }) => existsSync(join(root, probe)));
}
