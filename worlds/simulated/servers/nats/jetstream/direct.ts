import { status, withHeaders } from '../headers.ts';
import type { NatsNode } from '../node.ts';
import { EMPTY, type Message } from '../types.ts';
import type { Stored } from './store.ts';
import type { Stream } from './stream.ts';
import { timestamp } from './time.ts';

interface Asked {
  readonly seq?: number;
  readonly last_by_subj?: string;
  readonly next_by_subj?: string;
  readonly batch?: number;
  readonly multi_last?: readonly string[];
  readonly start_time?: string;
}

/** `$JS.API.DIRECT.GET.<stream>[.<subject>]`: one message, or a batch of them, as they are stored. */
export function directGet(node: NatsNode, stream: Stream, { subject, reply, payload }: Message): void {
  if (reply === undefined) return;
  const say = (line: string): void => void node.publish({ subject: reply, headers: status(line), payload: EMPTY });
  const { store } = stream;
  const lastOf = subject.split('.').slice(5).join('.');
  let asked: Asked;
  try {
    asked = lastOf === '' ? (JSON.parse(payload.toString() || '{}') as Asked) : { last_by_subj: lastOf };
  } catch {
    return say('408 Malformed Request');
  }
  const { seq, last_by_subj: last, next_by_subj: next, batch, multi_last: multi, start_time: since } = asked;
  if (multi !== undefined) return say('408 The simulated server does not serve multi_last');
  if (since !== undefined) return say('408 The simulated server does not serve start_time');
  if (seq === undefined && last === undefined && next === undefined) return say('408 Empty Request');
  if (last !== undefined && (seq !== undefined || next !== undefined || batch !== undefined))
    return say('408 Bad Request');
  const send = (stored: Stored, left?: { readonly pending: number; readonly last: number }): void => {
    const headers = withHeaders(stored.headers, [
      ['Nats-Stream', stream.name],
      ['Nats-Subject', stored.subject],
      ['Nats-Sequence', stored.sequence],
      ['Nats-Time-Stamp', timestamp(stored.time)],
      ...(left === undefined
        ? []
        : ([
            ['Nats-Num-Pending', left.pending],
            ['Nats-Last-Sequence', left.last],
          ] as const)),
    ]);
    node.publish({ subject: reply, headers, payload: stored.payload });
  };
  if (batch === undefined) {
    const stored =
      last !== undefined ? store.last(last) : next !== undefined ? store.next(seq ?? 0, [next]) : store.get(seq ?? 0);
    return stored === undefined ? say('404 Message Not Found') : send(stored);
  }
  const filters = next === undefined ? [] : [next];
  let pending = store.count(seq ?? 0, filters);
  let from = seq ?? 0;
  let previous = 0;
  for (let sent = 0; sent < batch; sent += 1) {
    const stored = store.next(from, filters);
    if (stored === undefined) {
      if (sent === 0) return say('404 Message Not Found');
      break;
    }
    pending -= 1;
    send(stored, { pending, last: previous });
    previous = stored.sequence;
    from = stored.sequence + 1;
  }
  const headers = status('204 EOB', ['Nats-Num-Pending', pending], ['Nats-Last-Sequence', previous]);
  node.publish({ subject: reply, headers, payload: EMPTY });
}
