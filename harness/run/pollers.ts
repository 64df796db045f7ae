import { RunAborted } from '../../contract/index.ts';
import type { Observation, Probe, Stage } from '../../contract/index.ts';
import { polling } from './polling.ts';

/** Takes and records the looks of probes that poll, during the phases in which each is used. */
export class Pollers {
  readonly #stage: Stage;
  readonly #polled: Record<string, Observation[]>;
  /** How many phases use the probe now, by its title. */
  readonly #uses = new Map<string, { count: number }>();

  constructor(stage: Stage, polled: Record<string, Observation[]>) {
    this.#stage = stage;
    this.#polled = polled;
  }

  start(probes: Iterable<Probe>): void {
    for (const probe of polling(probes)) {
      const use = this.#uses.get(probe.title);
      if (use) {
        use.count += 1;
        continue;
      }
      const begun = { count: 1 };
      this.#uses.set(probe.title, begun);
      void this.#loop(probe, probe.poll?.everyMs ?? 1000, begun);
    }
  }

  stop(probes: Iterable<Probe>): void {
    for (const { title } of polling(probes)) {
      const use = this.#uses.get(title);
      if (!use) continue;
      use.count -= 1;
      if (use.count === 0) this.#uses.delete(title);
    }
  }

  stopAll(): void {
    for (const use of this.#uses.values()) use.count = 0;
    this.#uses.clear();
  }

  /** One look at this instant: a phase's end must not fall between two looks. */
  async look(probes: Iterable<Probe>): Promise<void> {
    for (const probe of polling(probes)) await this.#take(probe);
  }

  async #loop(probe: Probe, everyMs: number, use: { count: number }): Promise<void> {
    try {
      while (use.count > 0) {
        await this.#take(probe);
        await this.#stage.running.clock.sleep(everyMs);
      }
    } catch (error) {
      if (!(error instanceof RunAborted)) throw error;
    }
  }

  /** A look that throws holds nothing: a probe that crashes proves nothing. */
  async #take(probe: Probe): Promise<void> {
    const { clock } = this.#stage.running;
    const seen = await probe.poll?.look(this.#stage).catch((error: unknown) => {
      if (error instanceof RunAborted) throw error;
      return { holds: false, seen: `the look failed: ${error instanceof Error ? error.message : String(error)}` };
    });
    if (seen) (this.#polled[probe.title] ??= []).push({ at: clock.now(), ...seen });
  }
}
