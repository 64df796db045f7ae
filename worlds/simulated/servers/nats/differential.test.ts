import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { consumerSessions } from './testing/consumer-sessions.ts';
import { OurNats } from './testing/our-nats.ts';
import { RealNats, realNatsPath } from './testing/real-nats.ts';
import { streamSessions } from './testing/stream-sessions.ts';

import { Session } from './testing/transcript.ts';

/**
 * Sessions of the ordinary client, played to nats-server and to ours: the transcripts are the same. Skipped where
 * nats-server is neither on PATH nor in the cache of the images (npm run images).
 */
const program = realNatsPath();

/**
 * A session whose waits were later than this says nothing, whatever it shows: what comes first, a message or the end of a
 * wait, was the machine's choice. It is played again.
 */
const LATE_MS = 50;
const PLAYS_MAX = 8;

const SYSTEMS = [
  ['one server', 1],
  ['a cluster of three', 3],
] as const;

describe.skipIf(program === undefined).each(SYSTEMS)('%s does what nats-server does', (_name, nodes) => {
  let real: RealNats;
  let ours: OurNats;

  beforeAll(async () => {
    real = await RealNats.start(program!, nodes);
    ours = await OurNats.start(nodes);
  }, 60_000);

  afterAll(async () => {
    ours.stop();
    await real.stop();
  });

  test.each(Object.entries({ ...streamSessions, ...consumerSessions }))(
    '%s',
    { timeout: 120_000 },
    async (_title, play) => {
      const once = (port: number): ReturnType<typeof transcript> => transcript(port, nodes, play);
      let [theirs, own] = await Promise.all([once(real.ports[0]!), once(ours.ports[0]!)]);
      for (let plays = 1; Math.max(theirs.lateMs, own.lateMs) > LATE_MS; plays += 1) {
        if (plays === PLAYS_MAX) throw new Error(`the machine is too busy: waits were up to ${theirs.lateMs} ms late`);
        [theirs, own] = await Promise.all([once(real.ports[0]!), once(ours.ports[0]!)]);
      }
      expect({ lines: own.lines, heard: own.heard }).toEqual({ lines: theirs.lines, heard: theirs.heard });
      expect(own.lines.length + own.heard.length).toBeGreaterThan(3);
    },
  );
});

async function transcript(
  port: number,
  replicas: number,
  play: (session: Session) => Promise<void>,
): Promise<Pick<Session, 'lines' | 'heard' | 'lateMs'>> {
  const session = await Session.open(port, replicas);
  try {
    await play(session);
    await session.wait(20);
    return { lines: [...session.lines], heard: [...session.heard], lateMs: session.lateMs };
  } finally {
    const reply = await session.connection.request('$JS.API.STREAM.NAMES');
    const { streams } = reply.json<{ streams: readonly string[] | null }>();
    for (const name of streams ?? []) await session.connection.request(`$JS.API.STREAM.DELETE.${name}`);
    await session.close();
  }
}
