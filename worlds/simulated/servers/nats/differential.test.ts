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
    { timeout: 60_000 },
    async (_title, play) => {
      const [theirs, own] = await Promise.all([
        transcript(real.ports[0]!, nodes, play),
        transcript(ours.ports[0]!, nodes, play),
      ]);
      expect(own).toEqual(theirs);
      expect(own.lines.length + own.heard.length).toBeGreaterThan(3);
    },
  );
});

async function transcript(
  port: number,
  replicas: number,
  play: (session: Session) => Promise<void>,
): Promise<Pick<Session, 'lines' | 'heard'>> {
  const session = await Session.open(port, replicas);
  try {
    await play(session);
    await session.wait(20);
    return { lines: [...session.lines], heard: [...session.heard] };
  } finally {
    const reply = await session.connection.request('$JS.API.STREAM.NAMES');
    const { streams } = reply.json<{ streams: readonly string[] | null }>();
    for (const name of streams ?? []) await session.connection.request(`$JS.API.STREAM.DELETE.${name}`);
    await session.close();
  }
}
