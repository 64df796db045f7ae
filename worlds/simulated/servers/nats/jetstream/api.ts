import type { NatsNode } from '../node.ts';
import type { Message } from '../types.ts';
import { consumerRequests } from './api-consumers.ts';
import { streamRequests } from './api-streams.ts';
import { type ApiError, ERRORS, Refused, invalidJson } from './errors.ts';
import type { JetStream } from './jetstream.ts';
import type { Stream } from './stream.ts';

/** A request of the management API. */
export interface ApiCall {
  readonly jetstream: JetStream;
  readonly node: NatsNode;
  /** Tokens of the subject after `$JS.API.<kind>.<verb>`. */
  readonly names: readonly string[];
  /** The request's JSON; throws Refused when it is none. */
  body(): Readonly<Record<string, unknown>>;
  readonly empty: boolean;
  /** The stream of the first name. Throws Refused when there is none. */
  stream(): Stream;
  /** Answers when the meta group has agreed to the change. */
  agreed(change: () => object): void;
  /** Answers when the stream's group has agreed to it. */
  agreedBy(stream: Stream, change: () => object): void;
}

/** The answer's fields; undefined: it comes later, or never. */
export type ApiRequest = (call: ApiCall) => object | undefined;

/** By the subject's tokens after `$JS.API.`; the type is that of the answer. */
const REQUESTS: Readonly<Record<string, { readonly type: string; readonly answer: ApiRequest }>> = {
  INFO: { type: 'account_info_response', answer: accountInfo },
  ...streamRequests,
  ...consumerRequests,
};

const ZEROES = { memory: 0, reserved_memory: 0, reserved_storage: 0 };
const UNLIMITED = {
  max_memory: -1,
  max_storage: -1,
  max_streams: -1,
  max_consumers: -1,
  max_ack_pending: -1,
  memory_max_stream_bytes: -1,
  storage_max_stream_bytes: -1,
  max_bytes_required: false,
};

function accountInfo({ jetstream }: ApiCall): object {
  const streams = [...jetstream.streams.values()];
  const consumers = streams.reduce((sum, stream) => sum + stream.consumers.size, 0);
  const storage = streams.reduce((sum, stream) => sum + stream.store.bytes, 0);
  return {
    ...ZEROES,
    storage,
    streams: streams.length,
    consumers,
    limits: UNLIMITED,
    api: { level: 5, total: 0, errors: 0 },
  };
}

function lookUp(subject: string): { readonly key: string; readonly names: readonly string[] } | undefined {
  const tokens = subject.split('.').slice(2);
  for (const length of [3, 2, 1]) {
    const key = tokens.slice(0, length).join('.');
    if (Object.hasOwn(REQUESTS, key)) return { key, names: tokens.slice(length) };
  }
  return undefined;
}

/** Answers a request; one that the API does not know gets no answer, as from the real server. */
export function answerApi(jetstream: JetStream, node: NatsNode, message: Message): void {
  const found = lookUp(message.subject);
  if (found === undefined) return;
  const { type, answer } = REQUESTS[found.key]!;
  const { payload } = message;
  const respond = (make: () => object | undefined): void => {
    let fields: object | undefined;
    try {
      fields = make();
    } catch (cause) {
      if (!(cause instanceof Refused)) throw cause;
      fields = { error: cause.error };
    }
    if (fields !== undefined) reply(node, message, type, fields);
  };
  const call: ApiCall = {
    jetstream,
    node,
    names: found.names,
    empty: payload.length === 0,
    body: () => parse(payload),
    stream: () => {
      const stream = jetstream.streams.get(found.names[0] ?? '');
      if (stream === undefined) throw new Refused(ERRORS.streamNotFound);
      return stream;
    },
    agreed: (change) => jetstream.meta.propose(() => respond(change)),
    agreedBy: (stream, change) => stream.group.propose(() => respond(change)),
  };
  respond(() => answer(call));
}

function reply(node: NatsNode, message: Message, type: string, fields: object): void {
  if (message.reply === undefined) return;
  const body = { type: `io.nats.jetstream.api.v1.${type}`, ...fields };
  node.publish({ subject: message.reply, payload: Buffer.from(JSON.stringify(body)) });
}

/** Nobody leads JetStream: every node that knows says so. */
export function notAvailable(node: NatsNode, message: Message): void {
  const found = lookUp(message.subject);
  const error: ApiError = ERRORS.notAvailable;
  if (found !== undefined) reply(node, message, REQUESTS[found.key]!.type, { error });
}

function parse(payload: Buffer): Readonly<Record<string, unknown>> {
  if (payload.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(payload.toString());
  } catch (cause) {
    throw new Refused(invalidJson((cause as Error).message));
  }
  if (value === null || typeof value !== 'object')
    throw new Refused(invalidJson(`json: cannot unmarshal ${typeof value}`));
  return value as Record<string, unknown>;
}
