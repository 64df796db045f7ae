import type { Deployment } from './deployment.ts';
import type { Link, Observations, Shortage } from './link.ts';
import type { Sabotage } from './sabotage.ts';
import type { Ms, WorldClock } from './time.ts';

/** A place where a deployment can run: `worlds/<name>/world.ts` exports one as `world`. */
export interface World {
  readonly name: string;
  /** What the user should know before the first run: missing binaries, no pinning. Used by `faultline doctor`. */
  doctor(): Promise<readonly Finding[]>;
  /** Starts everything and returns when each component has been started (not yet: is healthy). */
  start(deployment: Deployment, options: RunOptions): Promise<Running>;
  /** Gives back what is kept between runs. */
  close?(): Promise<void>;
  /** What runs that did not come to their end have left on this machine: no run may start beside it. Looks only. */
  leftBehind?(): Promise<readonly Residue[]>;
  /** Measures a deployment without a fault. Only where time is real. */
  calibrate?(deployment: Deployment): Promise<Calibration>;
  /** Removes all of that, and says what it did. */
  reset?(): Promise<readonly string[]>;
}

/** Latencies of links and costs of servers as measured, ms: what the simulated world's are taken from. */
export interface Calibration {
  readonly measured: {
    readonly date: string;
    /** Processors, memory, system and engine; no name of a machine. */
    readonly machine: string;
    /** Share of the time in which the measuring process waited for a processor. */
    readonly waitedForProcessor: number;
  };
  /** Medians, from which the rest is worked out. */
  readonly roundTripsMs: Readonly<Record<string, number>>;
  readonly latencyMs: { readonly host: number; readonly zone: number };
  /** Share of a latency by which a single message differs. */
  readonly spread: number;
  readonly postgres: ServerWork & { readonly perRowMs: number; readonly commitMs: number };
  readonly redis: ServerWork;
}

interface ServerWork {
  readonly baseMs: number;
  readonly perKilobyteMs: number;
}

/** One thing that a world needs or has on this machine: `ok` false is something missing, and `detail` then says the mend. */
export interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** How a world is to run a deployment; durations are the document's. */
export interface RunOptions {
  readonly seed: number;
  /** 1 in the simulated world. */
  readonly speed: number;
  /** A patch of the deployment from the start of the run. */
  readonly sabotage?: Sabotage;
  /** Fail on native I/O during the run (simulated world only). Default: on for one seed in eight. */
  readonly guard?: boolean;
  /** Services reach servers without the proxies that faults are put on, to show what those cost (deployed world only). */
  readonly pastProxies?: boolean;
  /** The harness ends a run that passes this instant. */
  readonly deadlineMs: Ms;
  /** Aborted when the user interrupts: sleeps on the run's clock reject with `RunAborted`. */
  readonly signal?: AbortSignal;
  /** Keep the semantic events for `Running.trace()`. */
  readonly keepTrace?: boolean;
  /** Scrape no metrics and evaluate no rule until `Running.scrape` asks for it (simulated world only): both are a large part of a short run. */
  readonly scrapeWhenAsked?: boolean;
  /** Text of source files in place of what the disk has, by path from the project's root: a planted bug (simulated world only). */
  readonly sources?: Readonly<Record<string, string>>;
}

/** A started deployment. Disposing it ends every process and gives back every resource; twice is a no-op. */
export interface Running extends AsyncDisposable {
  readonly clock: WorldClock;
  readonly deployment: Deployment;
  /** `redis`; `numbering-service` (all instances); `numbering-service-2`. Throws an error that lists the names when it is unknown. */
  component(name: string): Component;
  /** One direction. `client` is the name of the load generator. */
  link(from: string, to: string): Link;
  /** Whether anything goes between the two, so that there is a link; absent where any two machines have one. */
  linked?(from: string, to: string): boolean;
  readonly admin: Administration;
  /** Address at which the load generator reaches each instance of a service. */
  endpoints(service: string, port: number): readonly Endpoint[];
  alerts(): readonly AlertChange[];
  readonly metrics: Metrics;
  /** Begins to scrape and to evaluate rules, where that waits for being asked (`RunOptions.scrapeWhenAsked`); twice is a no-op. */
  scrape?(): void;
  /**
   * The share of [from, to], between 0 and 1, in which the processes of a service could run and waited for a processor (the
   * most of any; without a name the most of all services'): whether a latency measured in them is the system's. Undefined where
   * the world cannot tell.
   */
  waiting(from: Ms, to: Ms, service?: string): number | undefined;
  log(name: string): readonly LogLine[];
  /**
   * Runs a script of `scenarios/load/` by a load generator of its own within the deployment's network, to its end; its summary.
   * Absent where time is virtual.
   */
  generateLoad?(script: string, settings: Readonly<Record<string, string>>): Promise<unknown>;
  /**
   * What the world did to its parts and saw of them: containers that start and end, toxics as set and as read back. Absent
   * where the trace tells it.
   */
  worldLog?(): readonly LogLine[];
  /** What is not as it was at the start, after every fault has been healed. */
  residue(): Promise<readonly Residue[]>;
  /** Hash over everything that happened so far; the deployed world has none. */
  traceHash(): string | undefined;
  /** Semantic events so far, kept only when asked for: to show the first difference of a replay. */
  trace(): readonly string[];
  /** Work done, for `bench`: events, statements, requests. */
  readonly work: Observations;
}

/** One port of one instance, as the load generator dials it: through its own link or proxy. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly instance: string;
}

/** A deployed component or one instance of it. A verb acts on all of its instances, and resolves when that has been seen. */
export interface Component {
  readonly name: string;
  readonly instances: readonly string[];
  /** SIGKILL, at this instant. */
  kill(): Promise<void>;
  /** SIGTERM, SIGKILL after the grace; resolves when the process has ended. */
  terminate(): Promise<void>;
  /** SIGSTOP: nothing runs, peers see silence. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Starts the instances that do not run. Resolves when they have been started. */
  start(): Promise<void>;
  /** Makes it short of something; disposing it gives that back, twice is a no-op. @throws where the world has no such limit */
  starve(shortage: Shortage): Promise<AsyncDisposable>;
  readonly wallClock: { jump(by: Ms): Promise<void>; drift(rate: number): Promise<void>; skew(): Ms };
  /** Its own health question, asked over the administration's path. False while it does not answer. */
  healthy(): Promise<boolean>;
  state(): 'running' | 'paused' | 'exited';
  /**
   * As last looked at: a real machine is looked at now and then, and again before each of the verbs above resolves. So is
   * `state()`, and so are a link's counts.
   * `starts`, `kills`, `exits`, `answered` (requests, commands or statements), `heldWhilePaused`; on a real machine also
   * `outOfMemory` (ended by the kernel), `atMemoryLimit`, `throttled` (periods without a processor) and `outOfSpace` (its own
   * complaints that no space was left).
   */
  readonly observed: Observations;
}

/** Administration with ordinary clients, over a path that no fault can cut. */
export interface Administration {
  sql(component: string, text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  redis(component: string, ...command: readonly string[]): Promise<unknown>;
  /** A request on a NATS subject (`$JS.API.STREAM.INFO.NUMBERING`) and its reply, JSON both ways. Of `nats-2`: asked at that server. */
  nats(component: string, subject: string, payload?: unknown): Promise<unknown>;
  /** Every message that a stream of JetStream holds, in its order; none where there is no such stream. */
  stream(component: string, stream: string): Promise<readonly StreamMessage[]>;
  /** What a bucket of an object store holds, by key. */
  objects(component: string, bucket: string): Promise<readonly StoredObject[]>;
  /** A request to an instance's own HTTP port. */
  http(component: string, request: { method: string; path: string; body?: unknown }): Promise<HttpAnswer>;
}

/** One message as JetStream stores it; `sequence` counts from 1. */
export interface StreamMessage {
  readonly sequence: number;
  readonly subject: string;
  /** `Nats-Msg-Id`, by which the stream tells a message that comes twice. */
  readonly id?: string;
  readonly body: unknown;
}

/** One object of a bucket, with what it holds. */
export interface StoredObject {
  readonly key: string;
  /** As UTF-8 text. */
  readonly text: string;
}

/** An answer of any status; `body` is the parsed JSON, or the text where it is none. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** An alert went into another state, by the rule's evaluation. */
export interface AlertChange {
  readonly alert: string;
  readonly state: 'pending' | 'firing' | 'resolved';
  /** The time of the rule's evaluation. */
  readonly at: Ms;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** PromQL, the same in both worlds. */
export interface Metrics {
  /** Sum over the resulting vector's elements is the caller's to write: one value, or undefined when there is no sample. */
  at(query: string, time: Ms): Promise<number | undefined>;
  /** One point for each evaluation (every 2 s) in [from, to]. */
  range(query: string, from: Ms, to: Ms): Promise<readonly MetricPoint[]>;
}

/** A value of a query at the instant of an evaluation, on the run's clock. */
export interface MetricPoint {
  readonly at: Ms;
  readonly value: number;
}

/** A line that a process wrote, at an instant of the run's clock; `source` is its instance. */
export interface LogLine {
  readonly at: Ms;
  readonly source: string;
  readonly text: string;
}

/** Something that a fault or a run left behind, and where. */
export interface Residue {
  readonly what: string;
  readonly where: string;
}
