import { randomUUID } from 'node:crypto';
import { fromSystem, toSystem } from '../../../contract/index.ts';
import type { Ms, Running, Stage } from '../../../contract/index.ts';
import { complete } from './answer.ts';
import type { Answer } from './answer.ts';
import type { Call } from './call.ts';
import { withDurations } from './durations.ts';
import { FirstAnswers } from './first-answers.ts';
import { GrpcClient } from './grpc-client.ts';
import { HttpClient } from './http-client.ts';

/** Where the calls go that name no service. */
const SERVICE = 'numbering-service';
/** Passes calls on to numbering-service, and repeats them itself. */
const PASSES_ON = 'customer-portal';
const GRPC_PORT = 9090;
/** Longer than the service's own limits (5 s for a statement), so that its answer is heard if there is one. */
const DEADLINE_MS: Ms = 8000;

export interface CallOptions {
  readonly via?: 'http' | 'grpc';
  /** Default: a new UUIDv4 for each write. */
  readonly idempotencyKey?: string;
  /** A write is sent without a key: to who makes one for its caller. */
  readonly keyless?: boolean;
  /** The component that is called. Default: numbering-service. */
  readonly service?: string;
  /** Index of the instance that is called. Default: one after another. */
  readonly instance?: number;
  /** Kept in the operation's input, for probes: what the call is meant to be. */
  readonly tags?: Readonly<Record<string, unknown>>;
}

/**
 * The callers of numbering's services. Each call is one operation in the history. A call goes to one instance and is never
 * tried again: a refusal or a silence is what the caller met.
 */
export class Clients {
  readonly #history: Stage['history'];
  readonly #running: Running;
  readonly #speed: number;
  readonly #transports = new Map<string, readonly Transport[]>();
  /** The instance whose turn it is, for each service and protocol. */
  readonly #next = new Map<string, number>();
  readonly #firstAnswers = new FirstAnswers();

  constructor(running: Running, history: Stage['history']) {
    this.#history = history;
    this.#running = running;
    this.#speed = running.clock.speed;
  }

  /** Makes the call in the name of `process`. Never rejects: what went wrong is the answer. */
  async call(process: string, call: Call, options: CallOptions = {}): Promise<Answer> {
    const { via = 'http', service = SERVICE, tags = {} } = options;
    const transport = this.#transport(service, via, options.instance);
    const keyed = call.writes && options.keyless !== true;
    const idempotencyKey = keyed ? (options.idempotencyKey ?? randomUUID()) : undefined;
    const operation = this.#history.invoke(process, call.name, {
      ...call.input,
      via,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(options.keyless === true ? { keyless: true } : {}),
      ...tags,
    });
    const heard = this.#heard(await transport.call(this.#said(call), idempotencyKey));
    const key = idempotencyKey === undefined ? undefined : `${call.input.tenantId} ${idempotencyKey}`;
    const answer = call.writes ? this.#firstAnswers.take(key, heard, service === PASSES_ON) : heard;
    complete(operation, answer);
    return answer;
  }

  #transport(service: string, via: 'http' | 'grpc', instance: number | undefined): Transport {
    const key = `${service} ${via}`;
    let transports = this.#transports.get(key);
    if (transports === undefined) this.#transports.set(key, (transports = this.#open(service, via)));
    const nth = instance ?? this.#next.get(key) ?? 0;
    if (instance === undefined) this.#next.set(key, nth + 1);
    const transport = transports[nth % transports.length];
    if (transport === undefined) throw new Error(`${service} has no instance`);
    return transport;
  }

  #open(service: string, via: 'http' | 'grpc'): readonly Transport[] {
    const deadlineMs = toSystem(DEADLINE_MS, this.#speed);
    if (via === 'grpc')
      return this.#running.endpoints(service, GRPC_PORT).map((endpoint) => new GrpcClient(endpoint, deadlineMs));
    const spec = this.#running.deployment.components.find(({ name }) => name === service);
    if (spec?.kind !== 'service') throw new Error(`${service} is no service of this deployment`);
    return this.#running.endpoints(service, spec.http.port).map((endpoint) => new HttpClient(endpoint, deadlineMs));
  }

  /** The call as the service is told it: the history speaks of the document's time, the service lives in its own. */
  #said(call: Call): Call {
    if (this.#speed === 1) return call;
    const convert = (ms: Ms): Ms => toSystem(ms, this.#speed);
    const { http, grpc } = call;
    return {
      ...call,
      http: http.body === undefined ? http : { ...http, body: withDurations(http.body, convert) },
      ...(grpc === undefined ? {} : { grpc: { ...grpc, message: withDurations(grpc.message, convert) } }),
    };
  }

  #heard(answer: Answer): Answer {
    if (this.#speed === 1 || answer.result === undefined) return answer;
    return { ...answer, result: withDurations(answer.result, (ms) => fromSystem(ms, this.#speed)) };
  }

  async close(): Promise<void> {
    for (const transport of [...this.#transports.values()].flat()) await transport.close();
  }
}

type Transport = HttpClient | GrpcClient;

const opened = new WeakMap<Running, Clients>();

/** The callers of a run: load and activities share their connections. Closed with the load. */
export function clientsOf({ running, history }: Pick<Stage, 'running' | 'history'>): Clients {
  let clients = opened.get(running);
  if (clients === undefined) {
    clients = new Clients(running, history);
    opened.set(running, clients);
  }
  return clients;
}
