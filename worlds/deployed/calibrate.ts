import { cpus, release, totalmem, type as system } from 'node:os';
import type Docker from 'dockerode';
import type { Calibration, Deployment } from '../../contract/index.ts';
import { instancesOf } from './images/topology.ts';
import type { Measured } from './images/service/measure.ts';
import { collected } from './engine/exec.ts';
import { ProcessorWait } from './running/processor-wait.ts';
import type { Stack } from './stack/stack.ts';

const PROGRAM = ['node', 'worlds/deployed/images/service/measure.ts'];
const TIMES = 5;
const WAIT_EVERY_MS = 100;

/**
 * Measures links and servers on containers without a fault, several times; the median of each figure counts.
 */
export async function calibration(stack: Stack, docker: Docker, deployment: Deployment): Promise<Calibration> {
  const postgres = deployment.components.find(({ kind }) => kind === 'postgres');
  const redis = deployment.components.find(({ kind }) => kind === 'redis');
  if (postgres?.kind !== 'postgres' || redis?.kind !== 'redis')
    throw new Error(`${deployment.system}: expected a PostgreSQL and a Redis to measure`);
  const environment = [
    `DIRECT_DATABASE_URL=postgres://postgres@${postgres.name}:${postgres.port}/${postgres.database}`,
    `DIRECT_REDIS_URL=redis://${redis.name}:${redis.port}/0`,
  ];
  const service = deployment.components.find(({ kind }) => kind === 'service');
  const [inside] = service === undefined ? [] : instancesOf(service);
  if (inside === undefined) throw new Error(`${deployment.system}: expected a service in whose container to measure`);
  const container = await stack.containers.target(inside);
  const wait = new ProcessorWait();
  const pids = new Map([[inside, await stack.containers.pid(inside)]]);
  const begun = performance.now();
  const reading = setInterval(() => wait.read(performance.now(), pids), WAIT_EVERY_MS);
  const found: Measured[] = [];
  try {
    for (let time = 0; time < TIMES; time += 1)
      found.push(JSON.parse(await collected(docker, container, PROGRAM, environment)) as Measured);
  } finally {
    clearInterval(reading);
  }
  const { Version } = await docker.version();
  const [cpu] = cpus();
  return {
    measured: {
      date: new Date().toISOString().slice(0, 10),
      machine: `${cpus().length} x ${cpu?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${system()} ${release().replace(/-.*/, '')}, Docker ${Version}`,
      waitedForProcessor: figure(wait.share(begun, performance.now()) ?? 0),
    },
    roundTripsMs: Object.fromEntries(
      (['loopback', 'ping', 'pingDirect', 'select', 'updateCommitted', 'updateWithin'] as const).map((name) => [
        name,
        figure(median(found.map((each) => each[name].p50))),
      ]),
    ),
    ...median(found.map(profileOf)),
  };
}

/** Of what each time came to, figure by figure: what one time had in its way does not count. */
function median<T>(found: readonly T[]): T {
  const [first] = found;
  if (typeof first === 'number') {
    const sorted = (found as readonly number[]).toSorted((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) / 2)] as T;
  }
  const entries = Object.entries(first as object).map(([name]) => [
    name,
    median(found.map((each) => (each as Readonly<Record<string, unknown>>)[name])),
  ]);
  return Object.fromEntries(entries) as T;
}

/** A message's way is half a round trip without the server's work; Toxiproxy is part of a service's link, as it is deployed. */
export function profileOf(measured: Measured): Omit<Calibration, 'measured' | 'roundTripsMs'> {
  const { loopback, ping, pingDirect, select } = measured;
  return {
    latencyMs: { host: figure(loopback.p50 / 2), zone: figure((ping.p50 - measured.get) / 2) },
    spread: figure(Math.min(0.9, (ping.p95 - ping.p05) / 2 / ping.p50)),
    postgres: {
      baseMs: figure(Math.max(0, select.p50 - pingDirect.p50)),
      perRowMs: figure(Math.max(0, measured.perRow)),
      perKilobyteMs: figure(Math.max(0, measured.perKilobyte)),
      commitMs: figure(Math.max(0, measured.updateCommitted.p50 - measured.updateWithin.p50)),
    },
    redis: {
      baseMs: figure(measured.get),
      perKilobyteMs: figure(Math.max(0, measured.getPerKilobyte)),
    },
  };
}

/** Two digits: what is after them is noise. */
function figure(value: number): number {
  return Number(value.toPrecision(2));
}
