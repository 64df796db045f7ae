import { type Life, runInLife } from '../kernel/life.ts';
import type { SimProcess } from '../kernel/process.ts';

/** Runs code in the name of a machine outside the system under test (administration, Prometheus), which no fault reaches. */
export class Outside {
  readonly #process: SimProcess;

  constructor(process: SimProcess) {
    this.#process = process;
    process.start();
  }

  get life(): Life {
    const { life } = this.#process;
    if (life?.alive !== true) throw new Error(`${this.#process.name} has ended`);
    return life;
  }

  run<T>(work: () => T): T {
    return runInLife(this.life, work);
  }
}
