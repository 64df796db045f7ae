import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RedisServer } from './server.ts';
import { sequences } from './testing/command-sequences.ts';
import { TestConnection } from './testing/connection.ts';
import { memorySocketPair } from './testing/memory-socket.ts';
import { realHost } from './testing/real-host.ts';
import { RealRedis, realRedisInstalled } from './testing/real-redis.ts';
import { play, type Subject } from './testing/transcript.ts';

const installed = realRedisInstalled();
/** `FUZZ_SECONDS=300 FUZZ_SEED=7` looks for longer and elsewhere. */
const seconds = Number(process.env['FUZZ_SECONDS'] ?? 7);
const seed = Number(process.env['FUZZ_SEED'] ?? 20_260_101);

/** How long the real server may take for what ours did. */
const PATIENCE_MS = 300;

function ours(): Subject {
  const server = new RedisServer({ host: realHost });
  return {
    async connect() {
      const [client, socket] = memorySocketPair();
      server.accept(socket);
      return new TestConnection(client);
    },
    async settle() {
      for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

function theirs(real: RealRedis, probe: TestConnection): Subject {
  const blocked = async (): Promise<number> =>
    Number(/blocked_clients:(\d+)/.exec(JSON.stringify(await probe.ask('INFO', 'clients')))?.[1]);
  return {
    connect: () => real.connect(),
    async settle(connections, expected) {
      const deadline = performance.now() + PATIENCE_MS;
      for (const [at, connection] of connections.entries()) {
        await connection.until(expected?.received[at] ?? 0, deadline - performance.now());
      }
      const waiting = expected?.blocked ?? 0;
      if (waiting > 0) while ((await blocked()) < waiting && performance.now() < deadline);
    },
  };
}

describe.skipIf(!installed)(
  'a random sequence of commands by three clients gets the replies and events of the real server',
  () => {
    let real: RealRedis;
    let probe: TestConnection;

    beforeAll(async () => {
      real = await RealRedis.start();
      probe = await real.connect();
    });

    afterAll(async () => {
      await real.stop();
    });

    test.each([2, 3] as const)('in RESP%i', { timeout: (seconds + 60) * 1000 }, async (protocol) => {
      const property = fc.asyncProperty(sequences, async (steps) => {
        const our = await play(ours(), steps, protocol);
        const their = await play(theirs(real, probe), steps, protocol, our.progress);
        expect(our.lines).toEqual(their.lines);
      });
      // Whole rounds: a time limit of fast-check's would leave a run under way on the server of the next test.
      const begun = performance.now();
      for (let round = seed; performance.now() - begun < seconds * 1000; round += 1) {
        await fc.assert(property, { seed: round, numRuns: 50 });
      }
    });
  },
);
