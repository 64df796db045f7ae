import { beforeAll, expect, test } from 'vitest';
import type { NatsSpec } from '../../../../contract/index.ts';
import { preload, simulate } from '../../testing/simulate.ts';
import type { NatsCluster } from './cluster.ts';
import { natsPrograms } from './component.ts';

const SPEC: NatsSpec = { kind: 'nats', name: 'nats', instances: 3, port: 4222, dependsOn: [] };

beforeAll(() => preload('message-states.ts'));

test('a message is accepted and handed over once, however late it is repeated, and tenants do not share names', async () => {
  await simulate({ seed: 1 }, async (story) => {
    let cluster: NatsCluster | undefined;
    const programs = natsPrograms(story.simulation, SPEC, (made) => (cluster = made));
    for (const [name, start] of Object.entries(programs)) story.node(name, { kind: 'builtin', start }).start();
    const client = story.node('client', 'message-states.ts', {});
    client.start();
    while (client.state !== 'exited' && story.simulation.now < 200_000) await story.wait(100);
    expect(story.said('client')).toEqual([
      'a ACCEPTED a undefined',
      'a.m1 ACCEPTED a.m1 undefined',
      'b b undefined undefined undefined',
      'a DISPATCHED a l1',
      'a.m1 ACCEPTED a.m1 undefined',
      'b b undefined undefined undefined',
    ]);
    const stored = [...cluster!.jetstream.streams.get('SMS')!.store.values()].map(({ subject, payload }) => [
      subject,
      (JSON.parse(payload.toString()) as { text?: string }).text,
    ]);
    expect(stored).toEqual([
      ['sms.outbound.a.m1', 'first'],
      ['sms.outbound.a%2Em1.m1', 'first'],
      ['sms.dispatch.a.m1', 'first'],
      ['sms.status.a.m1', undefined],
      ['sms.status.a.m1', undefined],
    ]);
  });
});
