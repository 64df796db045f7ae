import { expect, it } from 'vitest';
import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Stage } from '../contract/index.ts';
import { deployment } from '../deployments/numbering.ts';
import { world } from '../worlds/simulated/world.ts';
import { providerErrors } from './provider-errors.ts';

const STORE = ['object-store', 'object-gateway'];

it('the gateway answers 503 until it is healed, and nothing of it reaches the store', { timeout: 60_000 }, async () => {
  const part = { ...deployment, components: deployment.components.filter(({ name }) => STORE.includes(name)) };
  await using running = await world.start(part, { seed: 1, speed: 1, deadlineMs: 600_000, guard: true });
  await running.clock.sleep(1000);
  expect(await running.component('object-gateway').healthy()).toBe(true);
  expect(await running.component('object-store').healthy()).toBe(true);
  const client = new S3Client({
    endpoint: 'http://object-gateway:9000',
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: 'numbering', secretAccessKey: 'numbering-secret' },
  });
  const put = (Key: string): Promise<unknown> =>
    client.send(new PutObjectCommand({ Bucket: 'numbering', Key, Body: `body of ${Key}` }));
  await put('before');
  const fault = providerErrors('object-gateway', { status: 503, code: 'SlowDown', methods: ['PUT'] }, 'object-store');
  const active = await fault.inject({ running } as Stage);
  expect(await active.witness()).toBeUndefined();
  await expect(put('during')).rejects.toMatchObject({ name: 'SlowDown', $metadata: { httpStatusCode: 503 } });
  expect(await active.witness()).toMatchObject({ figures: { refused: 1, passed: 0 } });
  await client.send(new HeadObjectCommand({ Bucket: 'numbering', Key: 'before' })); // another method goes through
  expect(await active.healed()).toBe(false);
  await active[Symbol.asyncDispose]();
  await active[Symbol.asyncDispose]();
  expect(await active.healed()).toBe(true);
  await put('after');
  expect(await running.admin.objects('object-store', 'numbering')).toEqual([
    { key: 'after', text: 'body of after' },
    { key: 'before', text: 'body of before' },
  ]);
  client.destroy();
});

it('a component without the control API is refused', async () => {
  const running = { admin: { http: async () => ({ status: 404, body: {} }) } } as unknown as Stage['running'];
  const fault = providerErrors('numbering-service', { status: 503, code: 'SlowDown' });
  await expect(fault.inject({ running } as Stage)).rejects.toThrow(/expected a stand-in's control API/);
});
