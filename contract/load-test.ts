import type { Fault } from './fault.ts';
import type { Ms } from './time.ts';

/** What a row says of a latency under load, as a load generator of its own shows it. */
export interface LoadTestBody {
  /** Script of the load generator (k6), a file in `scenarios/load/`: it reads ADDRESSES, RATE, SECONDS and P95_MS. */
  readonly script: string;
  /** Whom it calls, and at which port. */
  readonly service: string;
  readonly port: number;
  readonly callsPerSecond: number;
  /** Histogram of seconds, without `_bucket`, that the service keeps of its own work: what is judged. */
  readonly histogram: string;
  /** The first is without a fault: it shows whether the machine lets the others be judged. */
  readonly phases: readonly LoadPhase[];
}

/** A part of a load test at one state of the deployment: the load runs, and the P95 is held against the row's figure. */
export interface LoadPhase {
  /** `from PostgreSQL` */
  readonly title: string;
  readonly fault?: Fault;
  /** Greatest P95 inside the service. */
  readonly p95Ms: Ms;
}

/** The default export of a file `scenarios/load/<ID>-<name>.ts`. */
export interface LoadTest {
  readonly id: string;
  /** `quote('15 ms')` reads a figure out of the row's own text and throws when the text does not contain it. */
  build(row: { readonly quote: (text: string) => number }): LoadTestBody;
}

/** Makes the default export of a load test: the row's id and what the row says of load. */
export function loadTest(id: string, build: LoadTest['build']): LoadTest {
  return { id, build };
}
