import type { LogLine } from '../../../contract/index.ts';
import type { Simulation } from '../kernel/simulation.ts';

/** What the processes wrote, by instance. */
export class Logs {
  readonly #lines = new Map<string, LogLine[]>();
  readonly #simulation: Simulation;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** A line that the process wrote. In the trace by its instant, not its text: that may quote a real pid of PostgreSQL. */
  add(source: string, text: string): void {
    this.#simulation.record(`log ${source}`);
    this.note(source, text);
  }

  /** A line about the process. */
  note(source: string, text: string): void {
    let lines = this.#lines.get(source);
    if (lines === undefined) this.#lines.set(source, (lines = []));
    lines.push({ at: this.#simulation.now, source, text });
  }

  of(sources: readonly string[]): readonly LogLine[] {
    const found = sources.flatMap((source) => this.#lines.get(source) ?? []);
    return sources.length === 1 ? found : found.toSorted((a, b) => a.at - b.at);
  }
}
