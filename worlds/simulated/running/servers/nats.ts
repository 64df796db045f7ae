import type { NatsSpec } from '../../../../contract/index.ts';
import type { NatsCluster } from '../../servers/nats/cluster.ts';
import { natsPrograms } from '../../servers/nats/component.ts';
import type { MakeServer } from './server.ts';

/** The nodes of a NATS cluster in this process. */
export const nats: MakeServer<NatsSpec> = (spec, { simulation }) => {
  const clusters: NatsCluster[] = [];
  const messages = (): number => clusters.reduce((sum, { stats }) => sum + stats.messages, 0);
  return {
    programs: natsPrograms(simulation, spec, (cluster) => clusters.push(cluster)),
    answered: messages,
    work: () => ({ natsMessages: messages() }),
  };
};
