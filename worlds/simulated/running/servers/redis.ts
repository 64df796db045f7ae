import type { RedisSpec } from '../../../../contract/index.ts';
import { redisProgram } from '../../servers/redis/component.ts';
import type { RedisServer } from '../../servers/redis/server.ts';
import type { MakeServer } from './server.ts';

/** A Redis in this process. */
export const redis: MakeServer<RedisSpec> = (spec, { simulation }) => {
  const servers: RedisServer[] = [];
  const commands = (): number => servers.reduce((sum, { stats }) => sum + stats.commands, 0);
  return {
    programs: { [spec.name]: redisProgram(simulation, spec, (server) => servers.push(server)) },
    answered: commands,
    work: () => ({ redisCommands: commands() }),
  };
};
