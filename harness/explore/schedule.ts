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
import { swapped, waysBetween } from './replicas.ts';
import type { Swap } from './replicas.ts';

/** A look for the witness may not hold up the healing. */
const WITNESS_LIMIT_MS: Ms = 250;

/** Where the n-th message has not come for so long, little is said on that link: the next one will do. */
const SETTLE_MS: Ms = 3000;

type Noted = { -readonly [K in keyof ObservedFault]: ObservedFault[K] };

/** The faults of a case while it runs: injected and healed at their instants, and what was seen of them. */
export class Schedule {
  readonly #case: ExplorationCase;
  readonly #running: Running;
  readonly #stage: Stage;
  readonly #faultOf: (planned: PlannedFault) => Fault;
  readonly #stateAt: (at: Ms) => string;
  readonly #active = new Map<PlannedFault, { readonly fault: ActiveFault; readonly noted: Noted }>();
  /** Those that wait for their message. */
  readonly #armed = new Map<PlannedFault, Disposable>();
  readonly #healing: Promise<void>[] = [];
  /** The safety phase is over. */
  readonly #over = Promise.withResolvers<void>();
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

  /** The fault's instant has come: it is injected and, where it waits for a message, will be, and then healed by itself. */
  async begins(planned: PlannedFault): Promise<void> {
    const { onMessage, lastsMs } = planned;
    if (onMessage === undefined) return this.#inject(planned);
    const { from, to, nth, ofAny = false } = onMessage;
    const ways = (ofAny ? waysBetween(this.#running, from, to) : [{ from, to, swaps: [] }]).map((way) => ({
      ...way,
      link: this.#running.link(way.from, way.to),
    }));
    const sent = (swaps: readonly Swap[]): void => {
      const armed = this.#armed.get(planned);
      if (armed === undefined) return;
      this.#armed.delete(planned);
      armed[Symbol.dispose]();
      const whole = async (): Promise<void> => {
        await this.#inject(planned, swapped(planned, swaps));
        await Promise.race([this.#running.clock.sleep(lastsMs), this.#over.promise]);
        this.#end(planned);
      };
      this.#later(whole());
    };
    const arm = (wanted: number): void => {
      const watches = new DisposableStack();
      for (const { link, swaps } of ways) {
        if (link.onMessage === undefined)
          throw new Error(`${link.from} -> ${link.to}: this world cannot tell when a message is sent`);
        watches.use(link.onMessage(wanted, () => sent(swaps)));
      }
      this.#armed.set(planned, watches);
    };
    arm(nth);
    if (nth > 1) this.#later(this.#settle(planned, () => arm(1)));
    return undefined;
  }

  /** One that has waited for long takes the next message. */
  async #settle(planned: PlannedFault, armAnew: () => void): Promise<void> {
    await Promise.race([this.#running.clock.sleep(SETTLE_MS), this.#over.promise]);
    const armed = this.#armed.get(planned);
    if (armed === undefined) return;
    armed[Symbol.dispose]();
    armAnew();
  }

  /** The end of its time, as far as that was known before. */
  ends(planned: PlannedFault): void {
    if (planned.onMessage === undefined) this.#end(planned);
  }

  /** Injects a fault. One that cannot be (the primary to be killed is none any more) is skipped, and that is noted. */
  async #inject(planned: PlannedFault, actual: PlannedFault = planned): Promise<void> {
    const noted = this.#noted(actual);
    this.#observed.push(noted);
    try {
      const fault = await this.#faultOf(actual).inject(this.#stage);
      this.#active.set(planned, { fault, noted });
    } catch (error) {
      if (error instanceof RunAborted) throw error;
      noted.skipped = error instanceof Error ? error.message : String(error);
    }
  }

  /** Heals it, having looked for what it did. Waits for nothing: `healAll` does. */
  #end(planned: PlannedFault): void {
    const active = this.#active.get(planned);
    if (active === undefined) return;
    this.#active.delete(planned);
    this.#later(this.#heal(active.fault, active.noted));
  }

  /** Awaited at the end, where its error is met too. */
  #later(done: Promise<void>): void {
    done.catch(() => {});
    this.#healing.push(done);
  }

  #noted(planned: PlannedFault): Noted {
    const now = this.#running.clock.now();
    return { planned, title: this.#faultOf(planned).title, injectedAt: now, state: this.#stateAt(now) };
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

  /** All that is still in place is healed, slow links included; whose message never came is skipped. */
  async healAll(): Promise<void> {
    for (const [planned, armed] of this.#armed) {
      armed[Symbol.dispose]();
      this.#observed.push({ ...this.#noted(planned), skipped: 'its message was never sent' });
    }
    this.#armed.clear();
    this.#over.resolve();
    const planned = Array.from(this.#active.keys());
    for (const each of planned) this.#end(each);
    for (const slow of this.#slow.splice(0)) await slow[Symbol.asyncDispose]();
    // One that was being injected meanwhile brings a healing of its own.
    while (this.#healing.length > 0) await Promise.all(this.#healing.splice(0));
  }
}

const NO_LOAD: Load = {
  pause: async () => {},
  resume: () => {},
  set: () => {},
  [Symbol.asyncDispose]: async () => {},
};
