import type { TestConnection } from './connection.ts';
import type { Step } from './command-sequences.ts';
import { normalise, type RawReply } from './replies.ts';

/** What one server did with a sequence. */
export interface Transcript {
  /** What the clients and an observer of all keyspace events saw, a line an entry. */
  readonly lines: readonly string[];
  /** After each step: what had arrived at each connection, the observer last, and how many clients waited. */
  readonly progress: readonly Progress[];
}

export interface Progress {
  readonly received: readonly number[];
  readonly blocked: number;
}

/** How to reach a server under test. */
export interface Subject {
  connect(): Promise<TestConnection>;
  /** Resolves when everything that the last command caused has arrived, as far as can be told. */
  settle(connections: readonly TestConnection[], expected: Progress | undefined): Promise<void>;
}

const CLIENTS = 3;
/** Replies whose values are times: they need tolerance. */
const TIMES = new Set(['pttl', 'pexpiretime', 'ttl', 'expiretime']);
const TOLERANCE_MS = 2000;

/**
 * Runs the steps one after another and writes down each reply with its command, what each client was pushed, and all
 * keyspace events. A client whose reply is owed (it waits) skips its further steps. `expected` is the progress of the
 * server played before: what came there is waited for here.
 */
export async function play(
  subject: Subject,
  steps: readonly Step[],
  protocol: 2 | 3,
  expected: readonly Progress[] = [],
): Promise<Transcript> {
  const observer = await subject.connect();
  await observer.ask('FLUSHALL');
  await observer.ask('CONFIG', 'SET', 'notify-keyspace-events', 'AKEmn');
  await observer.ask('PSUBSCRIBE', '__key*');
  const clients: TestConnection[] = [];
  for (let at = 0; at < CLIENTS; at += 1) clients.push(await subject.connect());
  if (protocol === 3) for (const client of clients) await client.ask('HELLO', '3');
  const connections = [...clients, observer];
  const lines: string[] = [];
  const progress: Progress[] = [];
  const seen = clients.map((client) => client.received.length);
  const owed: (readonly string[] | undefined)[] = clients.map(() => undefined);
  const collect = (): void => {
    for (const [at, { received }] of clients.entries()) {
      for (const reply of received.slice(seen[at])) {
        lines.push(`${at} ${describe(owed[at], reply)}`);
        if (!isPush(reply) || owed[at]?.[0]?.toLowerCase().endsWith('subscribe') === true) owed[at] = undefined;
      }
      seen[at] = received.length;
    }
  };
  for (const { client: at, argv } of steps) {
    if (owed[at] !== undefined) continue;
    owed[at] = argv;
    clients[at]?.send(argv);
    await subject.settle(connections, expected[progress.length]);
    collect();
    const received = connections.map((connection) => connection.received.length);
    progress.push({ received, blocked: owed.filter((argv) => argv !== undefined).length });
  }
  // Whatever else was on its way arrives before the reply to a last command of the same connection.
  for (const [at, client] of clients.entries()) if (owed[at] === undefined) await client.ask('PING');
  collect();
  await observer.ask('PING');
  lines.push(...observer.received.slice(3, -1).map((event) => JSON.stringify(event)));
  for (const connection of connections) connection.close();
  return { lines, progress };
}

function isPush(reply: RawReply): boolean {
  if (typeof reply === 'string') return false;
  return reply[0] === '>' || (reply[0] === '*' && (reply[1] === '$"message"' || reply[1] === '$"pmessage"'));
}

function describe(argv: readonly string[] | undefined, reply: RawReply): string {
  if (argv === undefined || isPush(reply)) return `<- ${JSON.stringify(reply)}`;
  const name = argv[0]?.toLowerCase() ?? '';
  const shown = TIMES.has(name) && typeof reply === 'string' ? roundTime(name, reply) : normalise(argv, reply);
  return `${JSON.stringify(argv)} ${JSON.stringify(shown)}`;
}

/** Times that are as good as equal print as equal, but for the bad luck of a boundary. */
function roundTime(name: string, reply: string): string {
  const value = Number(reply.slice(1));
  if (Number.isNaN(value) || value < 0) return reply;
  const unit = name.startsWith('p') ? TOLERANCE_MS * 10 : 20;
  return `:about ${Math.round(value / unit) * unit}`;
}
