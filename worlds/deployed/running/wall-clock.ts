import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ms } from '../../../contract/index.ts';

/** The shim reads its file again after at most 5 ms (clocks/skew.c). */
const SEEN_AFTER_MS = 10;

/** The wall clock of one container: its offset file, which the shim that its processes preload reads. The host's clock stays. */
export class WallClock {
  readonly #file: string;
  readonly #speed: number;
  /** In the document's time. */
  #jumped: Ms = 0;
  #rate = 0;
  /** Monotonic clock of this machine, ns, from which the rate counts. */
  #since = 0n;

  constructor(folder: string, instance: string, speed: number) {
    this.#file = join(folder, instance);
    this.#speed = speed;
  }

  /** Off by so many ms of the document's time. */
  skew(): Ms {
    if (this.#rate === 0) return this.#jumped;
    return this.#jumped + (Number(process.hrtime.bigint() - this.#since) / 1e6) * this.#rate * this.#speed;
  }

  async jump(by: Ms): Promise<void> {
    this.#jumped = this.skew() + by;
    await this.#write();
  }

  /** From now on it gains `rate` seconds in each second. */
  async drift(rate: number): Promise<void> {
    this.#jumped = this.skew();
    this.#rate = rate;
    await this.#write();
  }

  async #write(): Promise<void> {
    this.#since = process.hrtime.bigint();
    const offset = Math.round((this.#jumped / this.#speed) * 1e6);
    const drift = this.#rate === 0 ? '' : ` ${Math.round(this.#rate * 1e9)} ${this.#since}`;
    writeFileSync(`${this.#file}.new`, `${offset}${drift}\n`);
    renameSync(`${this.#file}.new`, this.#file);
    await sleep(SEEN_AFTER_MS);
  }
}
