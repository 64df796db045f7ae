import { createHash } from 'node:crypto';
import { S3Error } from './errors.ts';

/** One object, or the body of one part. */
export interface StoredBody {
  readonly body: Buffer;
  /** MD5 in hex; of a multipart upload the MD5 of its parts' MD5s, a dash and their count. */
  readonly etag: string;
  /** `x-amz-checksum-*` headers without that prefix, as the client sent them: `crc32` -> base64. */
  readonly checksums: Readonly<Record<string, string>>;
  /** ms since 1970 on the store's clock. */
  readonly lastModified: number;
}

export interface StoredObject extends StoredBody {
  /** Content-Type and its kin, and `x-amz-meta-*`: given back with the object. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A multipart upload under way. Parts by number. */
export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly initiated: number;
  readonly parts: Map<number, StoredBody>;
}

export interface Bucket {
  readonly name: string;
  readonly created: number;
  readonly objects: Map<string, StoredObject>;
  readonly uploads: Map<string, Upload>;
}

/** What the store keeps; it outlives the lives of the server. */
export class ObjectData {
  readonly buckets = new Map<string, Bucket>();
  #uploads = 0;

  /** @throws S3Error BucketAlreadyOwnedByYou, InvalidBucketName */
  create(name: string, now: number): Bucket {
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) throw new S3Error('InvalidBucketName');
    if (this.buckets.has(name)) throw new S3Error('BucketAlreadyOwnedByYou');
    const bucket: Bucket = { name, created: now, objects: new Map(), uploads: new Map() };
    this.buckets.set(name, bucket);
    return bucket;
  }

  /** @throws S3Error NoSuchBucket */
  bucket(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (bucket === undefined) throw new S3Error('NoSuchBucket');
    return bucket;
  }

  /** @throws S3Error NoSuchKey */
  object(bucket: string, key: string): StoredObject {
    const object = this.bucket(bucket).objects.get(key);
    if (object === undefined) throw new S3Error('NoSuchKey');
    return object;
  }

  /** Ids are unique and the same from run to run. */
  nextUploadId(key: string): string {
    this.#uploads += 1;
    return createHash('sha256').update(`${this.#uploads} ${key}`).digest('hex').slice(0, 32);
  }
}

export const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');
