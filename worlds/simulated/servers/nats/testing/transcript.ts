import { type Msg, type MsgHdrs, type NatsConnection, connect, headers } from '@nats-io/transport-node';

/** Fields whose values differ between any two servers, or of which the real one has more. */
const DROPPED = new Set([
  'created',
  'ts',
  'time',
  'timestamp',
  'id',
  'first_ts',
  'last_ts',
  'last_active',
  'leader',
  'leader_since',
  'raft_group',
  'replicas',
  'peer',
  'system_account',
  'traffic_account',
  'domain',
  'memory',
  'storage',
  'api',
  'pause_remaining',
]);

/** In which the nodes of a cluster hear of each other's subscriptions. */
const ROUTES_MS = 100;
const MAKES = /^(?:STREAM|CONSUMER)\.(?:DURABLE\.)?CREATE\./;

/** One client's session with a server, written down so that two can be compared. */
export class Session {
  /** What it asked and was answered, in order. */
  readonly lines: string[] = [];
  /** What came to subscriptions, in order; it may come between two answers at one server and after them at another. */
  readonly heard: string[] = [];
  readonly connection: NatsConnection;
  readonly replicas: number;
  /** By how much the latest of its waits was late. */
  lateMs = 0;

  constructor(connection: NatsConnection, replicas: number) {
    this.connection = connection;
    this.replicas = replicas;
  }

  static async open(port: number, replicas: number): Promise<Session> {
    return new Session(await connect({ servers: `127.0.0.1:${port}`, timeout: 5000 }), replicas);
  }

  note(...words: readonly unknown[]): void {
    this.lines.push(line(...words));
  }

  /** A request of the API, and its answer. */
  async api(subject: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await this.ask(`$JS.API.${subject}`, body === undefined ? '' : JSON.stringify(body));
    // A real cluster answers before each of its nodes knows who takes a stream's messages or a consumer's requests: until then they are lost.
    if (this.replicas > 1 && MAKES.test(subject)) await this.wait(ROUTES_MS);
    return answer as Record<string, unknown>;
  }

  /** A request on any subject, and its answer. */
  async ask(subject: string, text = '', fields: Readonly<Record<string, string>> = {}): Promise<unknown> {
    try {
      const reply = await this.connection.request(subject, text, { timeout: 4000, headers: headersOf(fields) });
      const body = reply.data.length === 0 ? '' : parsed(reply.string());
      this.note(`${subject} ->`, ...statusOf(reply), body);
      return body;
    } catch (error) {
      this.note(`${subject} ->`, (error as Error).name, (error as Error).message);
      return undefined;
    }
  }

  /** Notes what comes to a subject from now on, by the number of its line alone. */
  listen(subject: string, queue?: string): void {
    this.connection.subscribe(subject, {
      ...(queue === undefined ? {} : { queue }),
      callback: (_error, message) => this.#heard(message),
    });
  }

  #heard(message: Msg): void {
    const reply = message.reply === undefined || message.reply === '' ? '' : `reply=${ackOf(message.reply)}`;
    this.heard.push(line(message.subject, reply, ...statusOf(message), parsed(message.string())));
  }

  publish(subject: string, text = '', reply?: string, fields: Readonly<Record<string, string>> = {}): void {
    this.connection.publish(subject, text, {
      ...(reply === undefined ? {} : { reply }),
      ...(Object.keys(fields).length === 0 ? {} : { headers: headersOf(fields) }),
    });
  }

  async wait(ms: number): Promise<void> {
    const begun = performance.now();
    await new Promise((resolve) => setTimeout(resolve, ms));
    await this.connection.flush();
    this.lateMs = Math.max(this.lateMs, performance.now() - begun - ms);
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}

function line(...words: readonly unknown[]): string {
  return words.map((word) => (typeof word === 'string' ? word : JSON.stringify(normal(word)))).join(' ');
}

function headersOf(fields: Readonly<Record<string, string>>): MsgHdrs {
  const block = headers();
  for (const [name, value] of Object.entries(fields)) block.set(name, value);
  return block;
}

function statusOf(message: Msg): readonly unknown[] {
  const block = message.headers;
  if (block === undefined) return [];
  const fields = [...block].filter(([name]) => name !== 'Nats-Time-Stamp');
  return [block.code === 0 ? '' : `${block.code} ${block.description}`, fields];
}

/** The acknowledgement's subject without the instant. */
export function ackOf(subject: string): string {
  const tokens = subject.split('.');
  if (tokens[1] !== 'ACK') return subject.startsWith('_INBOX') ? '_INBOX' : subject;
  return tokens.map((token, at) => (at === 7 ? 'T' : token)).join('.');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Without what differs anyway, keys in order. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([key]) => !DROPPED.has(key));
  return Object.fromEntries(kept.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, normal(inner)]));
}
