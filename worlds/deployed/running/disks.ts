import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { FULL_PREFIX } from '../dead-mans-switch/lease.ts';
import type { Containers } from '../engine/containers.ts';
import { collected } from '../engine/exec.ts';
import { IS_FREE, IS_FULL, holderOf } from '../stack/disk.ts';
import type { Instance } from './component.ts';

/** The holder looks five times a second; filling takes as long as the machine's memory does. */
const DONE_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 100;
/** As every program puts ENOSPC into words. */
export const NO_SPACE = /no space left on device/i;

/** The disks of a run's servers, filled and emptied by their holders at a mark in the folder of the clocks. */
export class Disks {
  readonly #docker: Docker;
  readonly #containers: Containers;
  readonly #marks: string;

  /** @param marks the folder of the clocks */
  constructor(docker: Docker, containers: Containers, marks: string) {
    this.#docker = docker;
    this.#containers = containers;
    this.#marks = marks;
  }

  /** Returns when the kernel has no space left for it. @returns gives the space back. @throws for a component without a disk of its own */
  async fill({ name, spec }: Instance): Promise<AsyncDisposable> {
    if (!hasDisk(spec))
      throw new Error(`${name} has no disk of its own, and the machine's is nobody's to fill: give it diskMb`);
    writeFileSync(this.#mark(name), '');
    await this.#until(name, IS_FULL, 'full');
    return {
      [Symbol.asyncDispose]: async () => {
        rmSync(this.#mark(name), { force: true });
        await this.#until(name, IS_FREE, 'free');
      },
    };
  }

  /** Whether something has been written only to fill it. */
  async isFilled({ name, spec }: Instance): Promise<boolean> {
    if (!hasDisk(spec)) return false;
    return existsSync(this.#mark(name)) || !(await this.#holds(name, IS_FREE));
  }

  async #until(name: string, condition: string, reads: string): Promise<void> {
    for (
      const end = performance.now() + DONE_WITHIN_MS;
      !(await this.#holds(name, condition));
      await sleep(LOOK_EVERY_MS)
    )
      if (performance.now() > end)
        throw new Error(
          `the disk of ${name} was not ${reads} within ${DONE_WITHIN_MS / 1000} s: look at ${holderOf(name)}`,
        );
  }

  async #holds(name: string, condition: string): Promise<boolean> {
    const holder = await this.#containers.target(holderOf(name));
    const answer = await collected(this.#docker, holder, [
      'sh',
      '-c',
      `if ${condition}; then echo yes; else echo no; fi`,
    ]);
    return answer.trim() === 'yes';
  }

  #mark(name: string): string {
    return join(this.#marks, FULL_PREFIX + name);
  }
}

function hasDisk(spec: Instance['spec']): boolean {
  return spec.kind === 'postgres' && spec.diskMb !== undefined;
}
