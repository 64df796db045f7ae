import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { objectStore } from './server.ts';
import { ObjectData } from './store.ts';
import { client, play } from './testing/play.ts';
import { SESSIONS } from './testing/sessions.ts';
import { findVersitygw, Versitygw } from './testing/versitygw.ts';

const CREDENTIALS = { accessKey: 'faultline', secretKey: 'not a secret' };
const binary = findVersitygw();

/** A store of ours on a loopback port. */
async function ours(): Promise<{ endpoint: string; stop: () => void }> {
  const server = createServer(objectStore({ ...CREDENTIALS, data: new ObjectData(), now: () => Date.now() }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe.skipIf(binary === undefined)(
  'as versitygw answers (skipped: no versitygw on PATH or among the images’ programs)',
  () => {
    it.each(Object.keys(SESSIONS))('%s', async (name) => {
      const real = await Versitygw.start(binary ?? '', CREDENTIALS.accessKey, CREDENTIALS.secretKey);
      const own = await ours();
      try {
        const seen = await Promise.all(
          [own.endpoint, real.endpoint].map(async (endpoint) => {
            const at = client(endpoint, CREDENTIALS);
            await at.send(new CreateBucketCommand({ Bucket: 'exports' }));
            const transcript = await play(SESSIONS[name] ?? [], at);
            at.destroy();
            return transcript;
          }),
        );
        expect(seen[0]).toEqual(seen[1]);
      } finally {
        own.stop();
        await real.stop();
      }
    });
  },
);

describe('signatures', () => {
  let store: Awaited<ReturnType<typeof ours>>;
  beforeAll(async () => {
    store = await ours();
  });
  afterAll(() => store.stop());

  it.each([
    ['another secret', { ...CREDENTIALS, secretKey: 'other' }, 'SignatureDoesNotMatch'],
    ['an unknown key', { ...CREDENTIALS, accessKey: 'other' }, 'InvalidAccessKeyId'],
  ])('refuses %s', async (_, credentials, code) => {
    const at: S3Client = client(store.endpoint, credentials);
    await expect(at.send(new CreateBucketCommand({ Bucket: 'exports' }))).rejects.toMatchObject({
      name: code,
      $metadata: { httpStatusCode: 403 },
    });
    at.destroy();
  });

  it('refuses a request without one', async () => {
    const answer = await fetch(`${store.endpoint}/exports`);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('<Code>AccessDenied</Code>');
  });
});
