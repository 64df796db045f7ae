/** An object store behind S3's API, with every wait bounded. */
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import { count, milliseconds, url } from './config.ts';

/** Environment of a process that uses an object store. Without an address there is none. */
export const objectStoreConfig = {
  OBJECT_STORE_URL: url(['http', 'https'], 'http://object-store:9000').optional(),
  OBJECT_STORE_BUCKET: z.string().min(3).default('numbering'),
  OBJECT_STORE_ACCESS_KEY: z.string().default(''),
  OBJECT_STORE_SECRET_KEY: z.string().default(''),
  OBJECT_STORE_ATTEMPTS: count(2),
  OBJECT_STORE_TIMEOUT_MS: milliseconds(5000),
};

export interface ObjectStoreOptions {
  readonly OBJECT_STORE_URL?: string | undefined;
  readonly OBJECT_STORE_ACCESS_KEY: string;
  readonly OBJECT_STORE_SECRET_KEY: string;
  readonly OBJECT_STORE_ATTEMPTS: number;
  readonly OBJECT_STORE_TIMEOUT_MS: number;
}

/** The store does not answer, refuses, or is not configured. What was asked for may or may not have been done. */
export class ObjectStoreAway extends Error {
  override readonly name = 'ObjectStoreAway';
}

export class ObjectStore {
  readonly #client: S3Client | undefined;
  readonly #timeoutMs: number;

  constructor(options: ObjectStoreOptions) {
    this.#timeoutMs = options.OBJECT_STORE_TIMEOUT_MS;
    if (options.OBJECT_STORE_URL === undefined) return;
    this.#client = new S3Client({
      endpoint: options.OBJECT_STORE_URL,
      // A store checks that it is its own; this is what stores are in unless they are told otherwise.
      region: 'us-east-1',
      forcePathStyle: true,
      maxAttempts: options.OBJECT_STORE_ATTEMPTS,
      credentials: { accessKeyId: options.OBJECT_STORE_ACCESS_KEY, secretAccessKey: options.OBJECT_STORE_SECRET_KEY },
    });
  }

  /** @throws ObjectStoreAway */
  put(bucket: string, key: string, body: Uint8Array | string, contentType: string): Promise<void> {
    return this.#ask(`put ${key}`, async (client, abortSignal) => {
      const command = new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType });
      await client.send(command, { abortSignal });
    });
  }

  /** The object's bytes; undefined when there is none. @throws ObjectStoreAway */
  get(bucket: string, key: string): Promise<Uint8Array | undefined> {
    return this.#ask(`get ${key}`, async (client, abortSignal) => {
      try {
        const found = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
        return await found.Body?.transformToByteArray();
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    });
  }

  /** @throws ObjectStoreAway */
  copy(from: { readonly bucket: string; readonly key: string }, bucket: string, key: string): Promise<void> {
    return this.#ask(`copy ${key}`, async (client, abortSignal) => {
      const command = new CopyObjectCommand({ Bucket: bucket, Key: key, CopySource: `${from.bucket}/${from.key}` });
      await client.send(command, { abortSignal });
    });
  }

  /** @throws ObjectStoreAway */
  remove(bucket: string, key: string): Promise<void> {
    return this.#ask(`delete ${key}`, async (client, abortSignal) => {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
    });
  }

  close(): void {
    this.#client?.destroy();
  }

  async #ask<T>(what: string, work: (client: S3Client, signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#client === undefined) throw new ObjectStoreAway('no object store is configured: set OBJECT_STORE_URL');
    try {
      return await work(this.#client, AbortSignal.timeout(this.#timeoutMs));
    } catch (error) {
      throw new ObjectStoreAway(`${what}: ${reason(error)}`, { cause: error });
    }
  }
}

function reason(error: unknown): string {
  if (error instanceof S3ServiceException) return `${error.$metadata.httpStatusCode ?? 'no status'} ${error.name}`;
  return error instanceof Error ? error.message : String(error);
}
