import type { ComponentSpec, Observations } from '../../../../contract/index.ts';
import type { Life } from '../../kernel/life.ts';
import type { Simulation } from '../../kernel/simulation.ts';
import type { Clusters } from '../clusters.ts';

/** What the simulated world runs in the place of a component that is a server. */
export interface Server {
  /** What a life of each of its machines does, by the machine's name. */
  readonly programs: Readonly<Record<string, (life: Life) => void>>;
  /** Requests, commands or statements answered so far. */
  readonly answered: () => number;
  /** Of a PostgreSQL with standbys, while it does not run: makes it a standby of another, with a fresh copy of that one's data. */
  readonly rebuild?: (standbyOf: string) => void;
  /** Work done so far, for `bench`. */
  readonly work: () => Observations;
}

/** Makes the server of a run. `specs`: all of the deployment, by name. */
export type MakeServer<Spec extends ComponentSpec> = (spec: Spec, context: ServerContext) => Server;

export interface ServerContext {
  readonly simulation: Simulation;
  readonly clusters: Clusters;
  /** Virtual 0 of the run, ms of the epoch. */
  readonly epoch: number;
  readonly specs: ReadonlyMap<string, ComponentSpec>;
}
