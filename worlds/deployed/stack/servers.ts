/** Servers brought back to the start between runs. No service may be connected. */
import { Redis } from 'ioredis';
import type { ObjectStoreSpec } from '../../../contract/index.ts';
import { NatsAsker } from '../../nats-asker.ts';
import { emptyBucket, objectClient } from '../../stored-objects.ts';

/** @param port of 127.0.0.1 */
export async function freshRedis(port: number): Promise<void> {
  const client = new Redis({ host: '127.0.0.1', port, lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => {}); // the command itself rejects
  await client.connect();
  try {
    await client.call('FLUSHALL');
    await client.call('CONFIG', 'RESETSTAT');
  } finally {
    client.disconnect();
  }
}

/** Without streams, and so without consumers. @param ports of 127.0.0.1, one for each server of the cluster */
export async function freshNats(ports: readonly number[]): Promise<void> {
  const asker = new NatsAsker();
  const servers = ports.map((port) => `127.0.0.1:${port}`);
  try {
    for (;;) {
      const { streams } = (await asker.ask(servers, '$JS.API.STREAM.NAMES')) as { readonly streams: string[] | null };
      if (streams === null || streams.length === 0) return;
      for (const name of streams) await asker.ask(servers, `$JS.API.STREAM.DELETE.${name}`);
    }
  } finally {
    await asker.close();
  }
}

/** With its buckets, all of them empty. @param port of 127.0.0.1 */
export async function freshObjects(spec: ObjectStoreSpec, port: number): Promise<void> {
  const client = objectClient(`http://127.0.0.1:${port}`, spec);
  try {
    for (const bucket of spec.buckets) await emptyBucket(client, bucket);
  } finally {
    client.destroy();
  }
}
