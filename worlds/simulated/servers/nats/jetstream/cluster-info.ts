import type { NatsNode } from '../node.ts';
import type { Stream } from './stream.ts';
import { timestamp } from './time.ts';

/** Who leads a stream and who follows, as `node` sees it. */
export function clusterInfo({ cluster, group }: Stream, node: NatsNode): object {
  if (!cluster.clustered) return { leader: node.name };
  const { leader } = group;
  return {
    name: cluster.name,
    raft_group: group.name,
    ...(leader === undefined ? {} : { leader, leader_since: timestamp(group.leaderSince) }),
    system_account: true,
    traffic_account: '$SYS',
    replicas: group.peers
      .filter((peer) => peer !== (leader ?? node.name))
      .map((peer) => {
        const inTouch = cluster.nodes.has(peer) && !cluster.frozen(peer) && cluster.connected(node.name, peer);
        return { name: peer, current: inTouch, ...(inTouch ? {} : { offline: true }), active: 0, peer };
      }),
  };
}
