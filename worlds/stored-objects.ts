import { createRequire } from 'node:module';
import type { S3Client } from '@aws-sdk/client-s3';
import type { ObjectStoreSpec, StoredObject } from '../contract/index.ts';

/** Loaded when the first bucket is read, at once: most runs have no object store, and an import takes loop turns. */
const sdk = (): typeof import('@aws-sdk/client-s3') =>
  createRequire(import.meta.url)('@aws-sdk/client-s3') as typeof import('@aws-sdk/client-s3');

/** An administrator's client of an object store. */
export function objectClient(endpoint: string, { accessKey, secretKey }: ObjectStoreSpec): S3Client {
  const { S3Client } = sdk();
  return new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  });
}

/** All objects of a bucket, in the order of their keys. Rejects when the store does not answer. */
export async function storedObjects(client: S3Client, Bucket: string): Promise<readonly StoredObject[]> {
  const { GetObjectCommand, ListObjectsV2Command } = sdk();
  const found: StoredObject[] = [];
  let next: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket, ...(next === undefined ? {} : { ContinuationToken: next }) }),
    );
    for (const { Key = '' } of page.Contents ?? []) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      found.push({ key: Key, text: (await Body?.transformToString('utf-8')) ?? '' });
    }
    next = page.NextContinuationToken;
  } while (next !== undefined);
  return found;
}

/** Makes a bucket, or removes what it holds. */
export async function emptyBucket(client: S3Client, Bucket: string): Promise<void> {
  const { CreateBucketCommand, DeleteObjectCommand, HeadBucketCommand, ListObjectsV2Command } = sdk();
  const there = await client.send(new HeadBucketCommand({ Bucket })).then(
    () => true,
    () => false,
  );
  if (!there) await client.send(new CreateBucketCommand({ Bucket }));
  for (;;) {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
    if (Contents.length === 0) return;
    for (const { Key } of Contents) await client.send(new DeleteObjectCommand({ Bucket, Key }));
  }
}
