import type { RedisSpec } from '../../../contract/index.ts';
import { PostgresCluster, postgresProgram } from '../servers/postgres/component.ts';
import { redisProgram } from '../servers/redis/component.ts';
import { SHOP } from './shop.ts';
import { EPOCH, preload, simulate } from './simulate.ts';

const REDIS: RedisSpec = { kind: 'redis', name: 'redis', port: 6379, config: {}, persistent: false, dependsOn: [] };

/** PostgreSQL, Redis, HTTP and gRPC traffic with a fault on each kind; gives the trace of a run. */
export async function everything(): Promise<{ run(seed: number): ReturnType<typeof simulate>; dispose(): void }> {
  const cluster = new PostgresCluster(SHOP);
  await preload('web-server.ts', 'everything.ts');
  return {
    dispose: () => cluster.dispose(),
    run(seed) {
      cluster.reset(SHOP, new Date(EPOCH));
      return simulate({ seed, keepTrace: true }, async (story) => {
        const { simulation, network } = story;
        const postgres = story.node('postgres', {
          kind: 'builtin',
          start: postgresProgram(simulation, cluster, SHOP, () => {}),
        });
        const redis = story.node('redis', { kind: 'builtin', start: redisProgram(simulation, REDIS, () => {}) });
        const server = story.node('server', 'web-server.ts');
        const apps = [story.node('app-1', 'everything.ts'), story.node('app-2', 'everything.ts')];
        for (const node of [postgres, redis, server, ...apps]) node.start();
        const hosts = apps.map((app) => app.options.host);
        await story.wait(1000);
        redis.kill();
        const heal = network.apply(hosts, [server.options.host], { kind: 'latency', latencyMs: 20, jitterMs: 15 });
        await story.wait(500);
        redis.start();
        server.pause();
        await story.wait(300);
        server.resume();
        const mend = network.apply(hosts, [postgres.options.host], { kind: 'partition' });
        await story.wait(700);
        mend();
        heal();
        postgres.kill();
        await story.wait(100);
        postgres.start();
        while (apps.some((app) => app.state !== 'exited')) await story.wait(100);
      });
    },
  };
}
