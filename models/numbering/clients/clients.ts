import { randomUUID } from 'node:crypto';
import { fromSystem, toSystem } from '../../../contract/index.ts';
import type { Ms, Running, Stage } from '../../../contract/index.ts';
import { complete } from './answer.ts';
import type { Answer } from './answer.ts';
import type { Call } from './call.ts';
import { withDurations } from './durations.ts';
import { GrpcClient } from './grpc-client.ts';
import { HttpClient } from './http-client.ts';

const SERVICE = 'numbering-service';
const PORT = { http: 8080, grpc: 9090 } as const;
/** Longer than the service's own limits (5 s for a statement), so that its answer is heard if there is one. */
const DEADLINE_MS: Ms = 8000;

export interface CallOptions {
  readonly via?: 'http' | 'grpc';
  /** Default: a new UUIDv4 for each write. */
  readonly idempotencyKey?: string;
  /** Index of the instance that is called. Default: one after another. */
  readonly instance?: number;
  /** Kept in the operation's input, for probes: what the call is meant to be. */
  readonly tags?: Readonly<Record<string, unknown>>;
}

/**
 * The callers of numbering-service. Each call is one operation in the history. A call goes to one instance and is never
 * tried again: a refusal or a silence is what the caller met.
 */
export class Clients {
  readonly #history: Stage['history'];
  readonly #speed: number;
  readonly #transports: { readonly http: readonly HttpClient[]; readonly grpc: readonly GrpcClient[] };
  readonly #next = { http: 0, grpc: 0 };

  constructor(running: Running, history: Stage['history']) {
    this.#history = history;
    this.#speed = running.clock.speed;
    const deadlineMs = toSystem(DEADLINE_MS, this.#speed);
    this.#transports = {
      http: running.endpoints(SERVICE, PORT.http).map((endpoint) => new HttpClient(endpoint, deadlineMs)),
      grpc: running.endpoints(SERVICE, PORT.grpc).map((endpoint) => new GrpcClient(endpoint, deadlineMs)),
    };
  }

  /** Makes the call in the name of `process`. Never rejects: what went wrong is the answer. */
  async call(process: string, call: Call, options: CallOptions = {}): Promise<Answer> {
    const { via = 'http', tags = {} } = options;
    const instance = options.instance ?? this.#next[via]++;
    const idempotencyKey = call.writes ? (options.idempotencyKey ?? randomUUID()) : undefined;
    const transports = this.#transports[via];
    const transport = transports[instance % transports.length];
    if (transport === undefined) throw new Error(`${SERVICE} has no instance`);
    const operation = this.#history.invoke(process, call.name, {
      ...call.input,
      via,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...tags,
    });
    const answer = this.#heard(await transport.call(this.#said(call), idempotencyKey));
    complete(operation, answer);
    return answer;
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
    if (this.#speed === 1 || answer.outcome === 'info' || answer.result === undefined) return answer;
    return { ...answer, result: withDurations(answer.result, (ms) => fromSystem(ms, this.#speed)) };
  }

  async close(): Promise<void> {
    for (const client of this.#transports.grpc) client.close();
    await Promise.all(this.#transports.http.map((client) => client.close()));
  }
}

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
