import type { ActiveFault, LoadPhase, LoadTestBody, Ms, Running, Stage } from '../../contract/index.ts';
import { RecordedHistory } from '../run/history.ts';
import { randomStream } from '../run/random.ts';

/** What one phase came to. Latencies in ms. */
export interface Measured {
  readonly title: string;
  readonly pastProxies: boolean;
  /** Calls that the service has counted. */
  readonly calls: number;
  /** Inside the service. */
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  /** Share of the time in which a service could run and waited for a processor. */
  readonly waiting: number;
  /** As the load generator saw it: P95, its failed thresholds. */
  readonly caller: { readonly p95: number | undefined; readonly crossed: readonly string[] };
}

interface K6Metric {
  readonly values: Readonly<Record<string, number>>;
  readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>>;
}

/** Before the first calls are counted: connections are made, caches filled. */
const WARM_UP_S = 5;
/** A scrape and its evaluation. */
const SCRAPED_WITHIN_MS: Ms = 4000;
const WITNESS_WITHIN_MS: Ms = 30_000;
const LOOK_MS: Ms = 200;

export interface PhaseOptions {
  readonly seconds: number;
  readonly seed: number;
}

/** Puts the phase's fault in place, lets the load generator run, and reads what the service says of itself. */
export async function measurePhase(
  running: Running,
  body: LoadTestBody,
  phase: LoadPhase,
  options: PhaseOptions,
  pastProxies: boolean,
): Promise<Measured> {
  if (running.generateLoad === undefined) throw new Error('this world has no load generator of its own');
  const { clock } = running;
  await using fault = await phase.fault?.inject(stageOf(running, options.seed));
  if (fault !== undefined) await bitten(running, fault);
  const settings = {
    ADDRESSES: running
      .component(body.service)
      .instances.map((name) => `${name}:${body.port}`)
      .join(','),
    RATE: String(body.callsPerSecond),
    P95_MS: String(phase.p95Ms),
  };
  await running.generateLoad(body.script, { ...settings, SECONDS: String(WARM_UP_S) });
  await clock.sleep(SCRAPED_WITHIN_MS);
  const from = clock.now();
  const summary = await running.generateLoad(body.script, { ...settings, SECONDS: String(options.seconds) });
  const to = clock.now();
  await clock.sleep(SCRAPED_WITHIN_MS);
  const window = `[${Math.ceil((clock.now() - from) / 1000)}s]`;
  const now = clock.now();
  const quantile = (share: number): string =>
    `1000 * histogram_quantile(${share}, sum by (le) (increase(${body.histogram}_bucket${window})))`;
  const metrics = summary as Readonly<Record<string, K6Metric>>;
  return {
    title: phase.title,
    pastProxies,
    calls: Math.round((await running.metrics.at(`sum(increase(${body.histogram}_count${window}))`, now)) ?? 0),
    p50: await running.metrics.at(quantile(0.5), now),
    p95: await running.metrics.at(quantile(0.95), now),
    waiting: running.waiting(from, to, body.service) ?? 0,
    caller: {
      p95: metrics['grpc_req_duration']?.values['p(95)'],
      crossed: Object.entries(metrics).flatMap(([name, { thresholds = {} }]) =>
        Object.entries(thresholds).flatMap(([threshold, { ok }]) => (ok ? [] : [`${name} ${threshold}`])),
      ),
    },
  };
}

/** Waits for the witness. @throws when there is none in time */
async function bitten({ clock }: Running, fault: ActiveFault): Promise<void> {
  for (const end = clock.now() + WITNESS_WITHIN_MS; (await fault.witness()) === undefined; await clock.sleep(LOOK_MS))
    if (clock.now() > end) throw new Error('the fault of the phase did not bite: there is no witness');
}

/** For a fault: there is no load but the generator's. */
function stageOf(running: Running, seed: number): Stage {
  return {
    running,
    history: new RecordedHistory(running.clock),
    random: (stream) => randomStream(seed, stream),
    instants: {},
    signal: new AbortController().signal,
    faultStays: false,
    load: {
      pause: async () => {},
      resume: () => {},
      set: () => {},
      [Symbol.asyncDispose]: async () => {},
    },
  };
}
