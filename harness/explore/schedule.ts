import { RunAborted } from '../../contract/index.ts';
import type {
  ActiveFault,
  ExplorationCase,
  Fault,
  History,
  Load,
  Ms,
  ObservedFault,
  PlannedFault,
  Running,
  Stage,
} from '../../contract/index.ts';
import { randomStream } from '../run/random.ts';

/** A look for the witness may not hold up the healing. */
const WITNESS_LIMIT_MS: Ms = 250;

type Noted = { -readonly [K in keyof ObservedFault]: ObservedFault[K] };

/** The faults of a case while it runs: injected and healed at their instants, and what was seen of them. */
export class Schedule {
  readonly #case: ExplorationCase;
  readonly #running: Running;
  readonly #stage: Stage;
  readonly #faultOf: (planned: PlannedFault) => Fault;
  readonly #stateAt: (at: Ms) => string;
  readonly #active = new Map<PlannedFault, { readonly fault: ActiveFault; readonly noted: Noted }>();
  readonly #healing: Promise<void>[] = [];
  readonly #slow: AsyncDisposable[] = [];
  readonly #observed: Noted[] = [];

  constructor(
    drawn: ExplorationCase,
    running: Running,
    history: History,
    faultOf: (planned: PlannedFault) => Fault,
    stateAt: (at: Ms) => string,
  ) {
    this.#case = drawn;
    this.#running = running;
    this.#faultOf = faultOf;
    this.#stateAt = stateAt;
    this.#stage = {
      running,
      history,
      random: (stream) => randomStream(drawn.seed, stream),
      instants: {},
      load: NO_LOAD,
      signal: new AbortController().signal,
      faultStays: false,
    };
  }

  get observed(): readonly ObservedFault[] {
    return this.#observed;
  }

  /** Puts the slow links in place. */
  async begin(): Promise<void> {
    for (const { from, to, latencyMs, jitterMs } of this.#case.slowLinks)
      for (const link of [this.#running.link(from, to), this.#running.link(to, from)])
        this.#slow.push(await link.apply({ kind: 'latency', latencyMs, jitterMs }));
  }

  /** Injects a fault. One that cannot be (the primary to be killed is none any more) is skipped, and that is noted. */
  async inject(planned: PlannedFault): Promise<void> {
    const fault = this.#faultOf(planned);
    const now = this.#running.clock.now();
    const noted: Noted = { planned, title: fault.title, injectedAt: now, state: this.#stateAt(now) };
    this.#observed.push(noted);
    try {
      this.#active.set(planned, { fault: await fault.inject(this.#stage), noted });
    } catch (error) {
      if (error instanceof RunAborted) throw error;
      noted.skipped = error instanceof Error ? error.message : String(error);
    }
  }

  /** Heals it, having looked for what it did. Waits for nothing: `healed` does. */
  heal(planned: PlannedFault): void {
    const active = this.#active.get(planned);
    if (active === undefined) return;
    this.#active.delete(planned);
    this.#healing.push(this.#heal(active.fault, active.noted));
  }

  async #heal(fault: ActiveFault, noted: Noted): Promise<void> {
    const { clock } = this.#running;
    // Asking whether it bit may fail as what it broke does.
    const look = fault.witness().catch(() => undefined);
    const seen = await Promise.race([look, clock.sleep(WITNESS_LIMIT_MS).then(() => undefined)]);
    if (seen !== undefined) noted.seen = seen.seen;
    try {
      await fault[Symbol.asyncDispose]();
    } catch (error) {
      if (error instanceof RunAborted) throw error;
      // Another fault has killed what this one is in: a lock, a setting or a pause is gone with its server.
    }
    noted.healedAt = clock.now();
    await fault.putBack?.();
  }

  /** All that is still in place is healed, slow links included. */
  async healAll(): Promise<void> {
    const planned = Array.from(this.#active.keys());
    for (const each of planned) this.heal(each);
    for (const slow of this.#slow.splice(0)) await slow[Symbol.asyncDispose]();
    await Promise.all(this.#healing);
  }
}

const NO_LOAD: Load = {
  pause: async () => {},
  resume: () => {},
  set: () => {},
  [Symbol.asyncDispose]: async () => {},
};
