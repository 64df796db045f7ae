import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HEALED, LEASE } from '../dead-mans-switch/lease.ts';

/** Often enough that a process that is held up for some seconds keeps it. */
const RENEWED_EVERY_MS = 2000;

/** What this process holds while it may have broken something: without it the dead man's switch heals. */
export class Lease {
  readonly #folder: string;
  #timer: NodeJS.Timeout | undefined;
  /** The switch has healed while the lease was held: what was to be broken was not. */
  lost = false;

  /** @param folder of the run's clocks */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** From now on; one that is held is held anew. */
  hold(): void {
    this.lost = false;
    rmSync(join(this.#folder, HEALED), { force: true });
    this.#renew();
    this.#timer ??= setInterval(() => this.#renew(), RENEWED_EVERY_MS).unref();
  }

  giveBack(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    rmSync(join(this.#folder, LEASE), { force: true });
  }

  #renew(): void {
    writeFileSync(join(this.#folder, LEASE), `${process.pid}\n`);
    this.lost ||= existsSync(join(this.#folder, HEALED));
  }
}
