import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { Score } from './fraud-intel.ts';

const STREAM = 'FRAUD';
const SUBJECT = 'fraud.score.v1';
const AGAIN_MS = 1000;
const TIMEOUT_MS = 2000;

/**
 * Publishes scores to JetStream, each until it is confirmed, in their order.
 * @param duplicateWindowMs that of the stream's other clients: NATS takes one configuration only
 */
export function publisher(
  servers: readonly string[],
  replicas: number,
  duplicateWindowMs: number,
): (score: Score) => void {
  const waiting: Score[] = [];
  let busy = false;
  const connection = connect({
    servers: [...servers],
    name: 'fraud-intel',
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    ignoreClusterUpdates: true,
  });
  const publish = async (score: Score): Promise<void> => {
    const nats = await connection;
    const manager = await jetstreamManager(nats, { timeout: TIMEOUT_MS, checkAPI: false });
    await manager.streams.add({
      name: STREAM,
      subjects: ['fraud.>'],
      storage: StorageType.File,
      num_replicas: replicas,
      duplicate_window: duplicateWindowMs * 1_000_000,
    });
    await jetstream(nats, { timeout: TIMEOUT_MS }).publish(SUBJECT, JSON.stringify(score), { msgID: score.eventId });
  };
  const drain = async (): Promise<void> => {
    busy = true;
    while (waiting[0] !== undefined) {
      try {
        await publish(waiting[0]);
        waiting.shift();
      } catch (error) {
        console.error(`a score was not published: ${(error as Error).message}`);
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
    busy = false;
  };
  return (score) => {
    waiting.push(score);
    if (!busy) void drain();
  };
}
