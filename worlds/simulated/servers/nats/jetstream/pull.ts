import { status } from '../headers.ts';
import type { NatsNode } from '../node.ts';
import { EMPTY, type Message } from '../types.ts';
import type { ConsumerConfig } from './consumer-config.ts';

/** A client's request for messages. Times in ms of the leader's clock. */
interface PullRequest {
  readonly reply: string;
  left: number;
  delivered: number;
  bytesLeft: number;
  readonly limitsBytes: boolean;
  readonly noWait: boolean;
  readonly expiresAt: number | undefined;
  readonly heartbeatMs: number;
  heartbeatAt: number | undefined;
}

interface Asked {
  readonly batch?: number;
  readonly max_bytes?: number;
  readonly no_wait?: boolean;
  readonly expires?: number;
  readonly idle_heartbeat?: number;
}

/** The requests that wait at a pull consumer, first come first served, one message each in turn. */
export class PullRequests {
  #waiting: PullRequest[] = [];
  /** The last sign of a client, for the inactive threshold. */
  lastActive: number;
  readonly #node: NatsNode;
  readonly #say: (message: Message) => void;

  constructor(node: NatsNode, say: (message: Message) => void) {
    this.#node = node;
    this.#say = say;
    this.lastActive = node.host.now();
  }

  get size(): number {
    return this.#waiting.length;
  }

  #status(reply: string, line: string, left?: PullRequest): void {
    const pending = [
      ['Nats-Pending-Messages', left?.left ?? 0],
      ['Nats-Pending-Bytes', left?.bytesLeft ?? 0],
    ] as const;
    this.#say({ subject: reply, headers: status(line, ...(left === undefined ? [] : pending)), payload: EMPTY });
  }

  /**
   * Takes a request up, or answers why not. `available`: messages that could be delivered at once. Order of the checks:
   * nats-server's processNextMsgRequest.
   */
  ask(reply: string, body: Buffer, config: ConsumerConfig, available: number): void {
    const now = this.#node.host.now();
    const asked = parse(body);
    if (typeof asked === 'string') return this.#status(reply, `400 Bad Request - ${asked}`);
    const {
      batch = 1,
      max_bytes: bytes = 0,
      no_wait: noWait = false,
      expires = 0,
      idle_heartbeat: heartbeat = 0,
    } = asked;
    if (heartbeat > 0 && heartbeat * 2 > expires)
      return this.#status(reply, '400 Bad Request - heartbeat value too large');
    if (config.max_batch !== undefined && batch > config.max_batch)
      return this.#status(reply, `409 Exceeded MaxRequestBatch of ${config.max_batch}`);
    if (config.max_expires !== undefined && expires > config.max_expires)
      return this.#status(reply, `409 Exceeded MaxRequestExpires of ${goDuration(config.max_expires)}`);
    if (config.max_bytes !== undefined && bytes > config.max_bytes)
      return this.#status(reply, `409 Exceeded MaxRequestMaxBytes of ${config.max_bytes}`);
    if (noWait) {
      if (available === 0 && expires === 0) {
        this.lastActive = now;
        return this.#status(reply, '404 No Messages');
      }
      if (available > 0) {
        this.tend(false);
        if (available < this.#waiting.reduce((sum, { left }) => sum + left, 0)) {
          this.lastActive = now;
          return this.#status(reply, '408 Requests Pending');
        }
      }
    }
    if (this.size >= (config.max_waiting ?? 0)) this.tend(false);
    if (this.size >= (config.max_waiting ?? 0)) {
      if (heartbeat === 0) this.#status(reply, '409 Exceeded MaxWaiting');
      return undefined;
    }
    this.lastActive = now;
    this.#waiting.push({
      reply,
      left: batch,
      delivered: 0,
      bytesLeft: bytes,
      limitsBytes: bytes > 0,
      noWait,
      expiresAt: expires === 0 ? undefined : now + expires / 1e6,
      heartbeatMs: heartbeat / 1e6,
      heartbeatAt: heartbeat === 0 ? undefined : now + heartbeat / 1e6,
    });
    return undefined;
  }

  /** The inbox for the next message, of `bytes`; undefined when nobody waits for it any more. */
  take(bytes: number): { readonly reply: string; readonly after: () => void } | undefined {
    const now = this.#node.host.now();
    for (let request = this.#waiting[0]; request !== undefined; request = this.#waiting[0]) {
      const taken = request;
      if (taken.expiresAt !== undefined && now >= taken.expiresAt) {
        this.#expire(taken);
        continue;
      }
      if (taken.limitsBytes) {
        if (bytes > taken.bytesLeft) {
          this.#status(taken.reply, '409 Message Size Exceeds MaxBytes', taken);
          this.#waiting.shift();
          continue;
        }
        taken.bytesLeft -= bytes;
        if (taken.bytesLeft === 0) taken.left = 1;
      }
      if (!this.#node.hasInterest(taken.reply)) {
        this.#waiting.shift();
        continue;
      }
      taken.delivered += 1;
      taken.left -= 1;
      this.#waiting.shift();
      if (taken.left > 0) {
        this.#waiting.push(taken);
        if (taken.heartbeatMs > 0) taken.heartbeatAt = now + taken.heartbeatMs;
      }
      return {
        reply: taken.reply,
        after: () => {
          if (taken.left <= 0 && taken.bytesLeft > 0) this.#status(taken.reply, '409 Batch Completed', taken);
        },
      };
    }
    return undefined;
  }

  #expire(request: PullRequest): void {
    this.#status(request.reply, '408 Request Timeout', request);
    this.lastActive = Math.max(this.lastActive, request.expiresAt ?? 0);
    this.#waiting = this.#waiting.filter((other) => other !== request);
  }

  /**
   * Ends requests that are due, beats for the others. `atEnd`: the consumer has nothing to deliver. Returns when to look
   * again.
   */
  tend(
    atEnd: boolean,
    delivered: () => readonly [consumer: number, stream: number] = () => [0, 0],
  ): number | undefined {
    const now = this.#node.host.now();
    let next: number | undefined;
    for (const request of this.#waiting) {
      const expired = request.expiresAt !== undefined && now >= request.expiresAt;
      if (expired) {
        this.#expire(request);
      } else if (atEnd && request.noWait && (request.expiresAt === undefined || request.delivered > 0)) {
        this.#status(request.reply, '404 No Messages');
        this.lastActive = Math.max(this.lastActive, now);
        this.#waiting = this.#waiting.filter((other) => other !== request);
      } else if (!this.#node.hasInterest(request.reply)) {
        this.#waiting = this.#waiting.filter((other) => other !== request);
      } else {
        if (request.heartbeatAt !== undefined && now >= request.heartbeatAt) {
          const [consumer, stream] = delivered();
          this.#say({
            subject: request.reply,
            headers: status('100 Idle Heartbeat', ['Nats-Last-Consumer', consumer], ['Nats-Last-Stream', stream]),
            payload: EMPTY,
          });
          request.heartbeatAt = now + request.heartbeatMs;
        }
        for (const at of [request.heartbeatAt, request.expiresAt])
          if (at !== undefined) next = Math.min(next ?? at, at);
      }
    }
    return next;
  }

  /** The consumer ends, or moves to another node. */
  release(line: string): void {
    for (const { reply } of this.#waiting) this.#status(reply, line);
    this.#waiting = [];
  }
}

/** The request, or what is wrong with it. */
function parse(body: Buffer): Asked | string {
  const text = body.toString().trim();
  if (text === '') return {};
  if (/^\d+$/.test(text)) return { batch: Number(text) };
  if (!text.startsWith('{')) return {};
  try {
    return JSON.parse(text) as Asked;
  } catch (cause) {
    return (cause as Error).message.includes('end of JSON') ? 'unexpected end of JSON input' : (cause as Error).message;
  }
}

/** `1m30s`, as Go prints a duration. */
function goDuration(nanos: number): string {
  const seconds = nanos / 1e9;
  if (seconds < 1) return nanos < 1e6 ? `${nanos / 1e3}µs` : `${nanos / 1e6}ms`;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = `${Number((seconds % 60).toFixed(9))}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}
