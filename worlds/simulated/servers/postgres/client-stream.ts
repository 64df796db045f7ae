import type { SimSocket } from '../../network/socket.ts';
import type { StatementTexts } from './statement-texts.ts';
import { mentionsTimeout, renameTimeouts } from './timeouts.ts';
import { CANCEL_REQUEST, GSS_REQUEST, SSL_REQUEST, TYPE, message } from './wire.ts';

/** What is sent to the server at once. */
export interface Batch {
  readonly bytes: Buffer;
  readonly mentionsTimeout: boolean;
  /** Its text, when it changes what the server does beside its statements (promotion, replay, configuration); else empty. */
  readonly administers: string;
  /** It may end a transaction that is under way. */
  readonly mayCommit: boolean;
  /** Commits may wait for a standby from it on: of its transaction, or of its session (`synchronous_commit`). */
  readonly confirms?: 'transaction' | 'session' | undefined;
  /** Text of its statements, when somebody reads the trace. */
  readonly text?: string;
}

/** What a client's bytes ask for. */
export interface ClientRequests {
  startup(message: Buffer): void;
  cancel(message: Buffer): void;
  /** Messages up to one that the server answers: Query, Sync, Flush, or the end of a COPY. */
  batch(batch: Batch): void;
  end(): void;
}

const ANSWERED: ReadonlySet<number> = new Set([
  TYPE.query,
  TYPE.sync,
  TYPE.flush,
  TYPE.copyData,
  TYPE.copyDone,
  TYPE.copyFail,
]);

/** A transaction that is under way commits by one of these words, in any statement of a batch. */
const COMMITS = /\b(?:commit|end|prepare\s+transaction)\b/i;
const CONFIRMS = /(\bset\s+local\s+)?synchronous_commit\b/i;
const ADMINISTERS = /pg_promote|pg_wal_replay_(?:pause|resume)|pg_reload_conf/;

/** Cuts a client's stream into what the bridge handles, renaming the time-outs on the way. `texts` hears each message. */
export function readClient(socket: SimSocket, requests: ClientRequests, texts?: StatementTexts): void {
  let buffer: Buffer = Buffer.alloc(0);
  let batch: Buffer[] = [];
  let mentioned = false;
  let administers = '';
  let commits = false;
  let confirms: Batch['confirms'];
  /** One of its prepared statements commits: it may be any that is bound. */
  let preparedCommit = false;
  let started = false;

  /** The next message when it is complete; `header` is the bytes before its length. */
  const take = (header: 0 | 1): Buffer | undefined => {
    if (buffer.length < header + 4) return undefined;
    const length = header + buffer.readInt32BE(header);
    if (buffer.length < length) return undefined;
    const found = buffer.subarray(0, length);
    buffer = buffer.subarray(length);
    return found;
  };

  const begin = (first: Buffer): void => {
    const code = first.readInt32BE(4);
    if (code === SSL_REQUEST || code === GSS_REQUEST) socket.write('N');
    else if (code === CANCEL_REQUEST) {
      requests.cancel(first);
      socket.end();
    } else {
      started = true;
      requests.startup(first);
    }
  };

  const rewrite = (request: Buffer): Buffer => {
    const text = request.toString('latin1', 5);
    if (ADMINISTERS.test(text)) administers += text;
    if (COMMITS.test(text)) {
      commits = true;
      preparedCommit ||= request[0] === TYPE.parse;
    }
    const [mention, local] = CONFIRMS.exec(text) ?? [];
    // What is parsed may be run in any later transaction.
    if (mention !== undefined) confirms = local === undefined || request[0] === TYPE.parse ? 'session' : 'transaction';
    if (!mentionsTimeout(text)) return request;
    mentioned = true;
    return message(request[0] as number, Buffer.from(renameTimeouts(text), 'latin1'));
  };

  const handle = (request: Buffer): void => {
    const type = request[0] as number;
    if (type === TYPE.terminate) {
      requests.end();
      socket.end();
      return;
    }
    texts?.heard(request);
    batch.push(type === TYPE.query || type === TYPE.parse ? rewrite(request) : request);
    if (!ANSWERED.has(type)) return;
    const bytes = Buffer.concat(batch);
    batch = [];
    const mayCommit = commits || preparedCommit;
    const text = texts === undefined ? {} : { text: texts.take() };
    requests.batch({ bytes, mentionsTimeout: mentioned, administers, mayCommit, confirms, ...text });
    mentioned = false;
    confirms = undefined;
    administers = '';
    commits = false;
  };

  socket.on('data', (chunk: Buffer) => {
    buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]);
    for (;;) {
      const next = take(started ? 1 : 0);
      if (next === undefined) return;
      if (started) handle(next);
      else begin(next);
    }
  });
  socket.on('end', () => socket.end());
  socket.on('close', () => requests.end());
  socket.on('error', () => {});
}
