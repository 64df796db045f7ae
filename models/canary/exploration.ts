import fc from 'fast-check';
import { Pool } from 'undici';
import type {
  Arguments,
  Command,
  Convergence,
  Endpoint,
  ExplorationModel,
  History,
  Performer,
  Running,
} from '../../contract/index.ts';

const SLOTS = 5;
const DEADLINE_MS = 5000;
/** What is written behind an answer is there by then, unless who wrote it has died. */
const WRITTEN_AFTER_MS = 500;
const CANARY = ['canary-1', 'canary-2'];

/** Owners who claim slots; the smallest model that has everything which exploration asks of one. */
export const exploration: ExplorationModel = {
  system: 'canary',
  topologies: [
    {
      name: 'canary',
      weight: 1,
      needs: ['canary'],
      commands: ['claim'],
      faults: [
        { kind: 'process.kill', targets: [['canary-1'], ['canary-2'], ['postgres']], lastsMs: { from: 200, to: 5000 } },
        { kind: 'process.pause', targets: [['canary-1'], ['canary-2']], lastsMs: { from: 200, to: 5000 } },
        {
          kind: 'network.partition',
          targets: CANARY.map((name) => [name, 'postgres']),
          lastsMs: { from: 200, to: 5000 },
        },
      ],
      links: CANARY.map((name) => [name, 'postgres'] as const),
      invariants: ['claims-kept'],
    },
  ],
  commands: {
    claim: {
      weight: 1,
      arguments: fc.record({
        slot: fc.nat({ max: SLOTS - 1 }),
        instance: fc.nat({ max: 1 }),
      }) as fc.Arbitrary<Arguments>,
    },
  },
  clientsMax: 4,
  begin: async (running, history) => new Owners(running, history),
  convergence: () => [healthy],
  collect: async ({ admin, clock }) => {
    await clock.sleep(WRITTEN_AFTER_MS);
    return { claims: await admin.sql('postgres', 'select slot, owner from canary.claims order by slot') };
  },
  answers: () => [],
  states: ['claim under way', 'idle'],
  stateAt: (operations, at) =>
    operations.some(({ invokedAt, completedAt = Infinity }) => invokedAt <= at && completedAt > at)
      ? 'claim under way'
      : 'idle',
  sometimes: {
    "a slot is another's": ({ operations }) => operations.some(({ error }) => error === 'TAKEN'),
    'nobody knows of a claim': ({ operations }) => operations.some(({ outcome }) => outcome === 'info'),
    'an instance dies during a claim': ({ faults }) =>
      faults.some(
        ({ planned, state }) =>
          planned.kind === 'process.kill' && planned.targets[0] !== 'postgres' && state === 'claim under way',
      ),
  },
};

const healthy: Convergence = {
  name: 'every component answers its health question',
  within: 30_000,
  row: 'canary',
  look: async (running) => {
    for (const { name } of running.deployment.components)
      if (!(await running.component(name).healthy())) return `${name} did not`;
    return undefined;
  },
};

/** Owners and their connections. */
class Owners implements Performer {
  readonly #history: History;
  readonly #pools: readonly Pool[];

  constructor(running: Running, history: History) {
    this.#history = history;
    this.#pools = running
      .endpoints('canary', 8080)
      .map(({ host, port }: Endpoint) => new Pool(`http://${host}:${port}`, { connectTimeout: DEADLINE_MS }));
  }

  async perform({ client, arguments: { slot, instance } }: Command): Promise<void> {
    const owner = `owner-${client}`;
    const operation = this.#history.invoke(owner, 'claim', { slot, owner, instance });
    try {
      const answer = await this.#pools[Number(instance)]?.request({
        method: 'PUT',
        path: `/slots/${String(slot)}`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ owner }),
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      await answer?.body.dump();
      if (answer?.statusCode === 201) return operation.ok({ slot, owner });
      return answer?.statusCode === 409 ? operation.fail('TAKEN') : operation.info(`HTTP ${answer?.statusCode}`);
    } catch (error) {
      return operation.info(error instanceof Error ? error.name : String(error));
    }
  }

  async close(): Promise<void> {
    for (const pool of this.#pools) await pool.destroy();
  }
}
