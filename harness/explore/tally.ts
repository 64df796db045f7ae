import { createHash } from 'node:crypto';
import type { CoverageCell, ExplorationCase, ExplorationModel, ExplorationResult } from '../../contract/index.ts';
import { strikeName } from './sweep.ts';
import type { Strike } from './sweep.ts';
import type { CaseOutcome } from './worker-job.ts';

type Counts = Pick<
  ExplorationResult,
  | 'runs'
  | 'operations'
  | 'faults'
  | 'simulatedMs'
  | 'topologies'
  | 'reached'
  | 'coverage'
  | 'uncovered'
  | 'cells'
  | 'hash'
  | 'problems'
>;

/** Adds up what runs came to. They are added in their order, so that equal runs give equal tallies. */
export class Tally {
  readonly #model: ExplorationModel;
  readonly #cells = new Map<string, { -readonly [K in keyof CoverageCell]: CoverageCell[K] }>();
  readonly #reached: Record<string, number>;
  readonly #topologies: Record<string, number> = {};
  readonly #problems: { run: number; seed: number; problem: string }[] = [];
  readonly #hash = createHash('sha256');
  readonly #strikes = new Set<string>();
  #runs = 0;
  #operations = 0;
  #simulatedMs = 0;
  readonly #faults = { injected: 0, bit: 0, skipped: 0 };

  constructor(model: ExplorationModel) {
    this.#model = model;
    this.#reached = Object.fromEntries(Object.keys(model.sometimes).map((name) => [name, 0]));
  }

  /** @param strikes that it was dealt */
  add(run: number, drawn: ExplorationCase, outcome: CaseOutcome, strikes: readonly Strike[] = []): void {
    if (outcome.aborted) return;
    this.#runs += 1;
    for (const strike of strikes) this.#strikes.add(strikeName(strike));
    this.#operations += outcome.operations;
    this.#simulatedMs += outcome.virtualMs;
    this.#hash.update(`${outcome.hash}\n`);
    this.#topologies[drawn.topology] = (this.#topologies[drawn.topology] ?? 0) + 1;
    for (const name of outcome.reached) this.#reached[name] = (this.#reached[name] ?? 0) + 1;
    if (outcome.problem !== undefined) this.#problems.push({ run, seed: drawn.seed, problem: outcome.problem });
    for (const { planned, state, seen, skipped } of outcome.faults) {
      if (skipped !== undefined) {
        this.#faults.skipped += 1;
        continue;
      }
      this.#faults.injected += 1;
      const [kind, target] = [planned.kind, planned.targets.join(' -> ')];
      const key = `${kind}\0${target}\0${state}`;
      const cell = this.#cells.get(key) ?? { kind, target, state, injected: 0, bit: 0 };
      this.#cells.set(key, cell);
      cell.injected += 1;
      if (seen === undefined) continue;
      cell.bit += 1;
      this.#faults.bit += 1;
    }
  }

  /** Different strikes that were dealt. */
  get strikes(): number {
    return this.#strikes.size;
  }

  get counts(): Counts {
    const pairs = new Set(
      this.#model.topologies.flatMap(({ faults }) =>
        faults.flatMap(({ kind, targets }) => targets.map((target) => `${kind}\0${target.join(' -> ')}`)),
      ),
    );
    const cells = pairs.size * this.#model.states.length;
    return {
      runs: this.#runs,
      operations: this.#operations,
      faults: { ...this.#faults },
      simulatedMs: this.#simulatedMs,
      topologies: this.#topologies,
      reached: this.#reached,
      coverage: [...this.#cells.values()].toSorted((a, b) => keyOf(a).localeCompare(keyOf(b))),
      cells,
      uncovered: cells - this.#cells.size,
      hash: this.#hash.copy().digest('hex'),
      problems: this.#problems,
    };
  }
}

const keyOf = ({ kind, target, state }: CoverageCell): string => `${kind} ${target} ${state}`;
