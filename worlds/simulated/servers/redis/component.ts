import type { RedisSpec } from '../../../../contract/index.ts';
import type { Life } from '../../kernel/life.ts';
import type { Simulation } from '../../kernel/simulation.ts';
import { networkOrThrow } from '../../network/patch/net.ts';
import { PROFILE } from '../../network/profile.ts';
import { RedisServer, type RedisSnapshot } from './server.ts';

/** What a life of the simulated `redis` does: serves with its start configuration, and with the data of its last life if it is persistent. */
export function redisProgram(
  simulation: Simulation,
  spec: RedisSpec,
  onServer: (server: RedisServer) => void,
): (life: Life) => void {
  let data: RedisSnapshot | undefined;
  return (life) => {
    const random = simulation.random(`redis:${life.name}:${life.options.number}`);
    const { baseMs, perKilobyteMs } = PROFILE.redis;
    const server = new RedisServer({
      host: {
        now: () => life.options.clock.read(),
        after: (delayMs, run) => {
          const event = simulation.after(delayMs, run, life);
          return {
            cancel: () => {
              event.cancelled = true;
            },
          };
        },
        random: () => random.next(),
      },
      config: spec.config,
      cost: (_command, _argumentCount, bytes) => baseMs + (bytes / 1024) * perKilobyteMs,
      ...(data === undefined ? {} : { data }),
    });
    onServer(server);
    const network = networkOrThrow();
    const endpoint = network.listen(life.options.host, spec.port, { life, accept: (socket) => server.accept(socket) });
    life.resources.add({
      destroyWithLife: () => {
        if (spec.persistent) data = server.snapshot();
        server.close();
        network.unlisten(endpoint);
      },
    });
  };
}
