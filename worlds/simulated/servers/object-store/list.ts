import { S3Error } from './errors.ts';
import { quoted } from './objects.ts';
import type { S3Request, S3Response } from './request.ts';
import type { ObjectData, StoredObject } from './store.ts';
import { type Xml, document } from './xml.ts';

const MAX_KEYS = 1000;

/** Keys in the order of their UTF-8 bytes, as S3 lists them. */
function ordered<T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...map].toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

interface Page {
  readonly contents: readonly (readonly [string, StoredObject])[];
  readonly prefixes: readonly string[];
  /** Where the next page goes on; undefined at the end. */
  readonly next: string | undefined;
}

/** ListObjectsV2. A continuation token is the last key or common prefix of its page, in base64. */
export function listObjects(data: ObjectData, request: S3Request): S3Response {
  const { query, bucket } = request;
  const { objects } = data.bucket(bucket);
  if (query.get('list-type') !== '2') throw new S3Error('NotImplemented', 'This store lists with list-type=2 only.');
  const limit = Number(query.get('max-keys') ?? MAX_KEYS);
  if (!Number.isInteger(limit) || limit < 0)
    throw new S3Error('InvalidArgument', 'Argument maxKeys must be an integer between 0 and 2147483647');
  const token = query.get('continuation-token');
  const after = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64').toString('utf8');
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? ''];
  const { contents, prefixes, next } = page(ordered(objects), {
    prefix,
    delimiter,
    after,
    limit: Math.min(limit, MAX_KEYS),
  });
  const encode = query.get('encoding-type') === 'url' ? encodeURIComponent : (text: string): string => text;
  const content: Xml = {
    Name: bucket,
    Prefix: encode(prefix),
    KeyCount: contents.length + prefixes.length,
    MaxKeys: Math.min(limit, MAX_KEYS),
    ...(delimiter === '' ? {} : { Delimiter: encode(delimiter) }),
    IsTruncated: next !== undefined,
    ContinuationToken: token ?? undefined,
    NextContinuationToken: next === undefined ? undefined : Buffer.from(next).toString('base64'),
    StartAfter: query.get('start-after') ?? undefined,
    Contents: contents.map(([key, object]) => ({
      Key: encode(key),
      LastModified: new Date(object.lastModified).toISOString(),
      ETag: quoted(object.etag),
      ...checksumNames(object),
      Size: object.body.length,
      StorageClass: 'STANDARD',
    })),
    CommonPrefixes: prefixes.map((each) => ({ Prefix: encode(each) })),
  };
  return { status: 200, body: document('ListBucketResult', content) };
}

function checksumNames({ checksums }: StoredObject): Record<string, string[] | string> {
  const names = Object.keys(checksums).map((name) => name.toUpperCase());
  return names.length === 0 ? {} : { ChecksumAlgorithm: names, ChecksumType: 'FULL_OBJECT' };
}

function page(
  all: readonly (readonly [string, StoredObject])[],
  { prefix, delimiter, after, limit }: { prefix: string; delimiter: string; after: string; limit: number },
): Page {
  const contents: (readonly [string, StoredObject])[] = [];
  const prefixes: string[] = [];
  let last = '';
  for (const [key, object] of all) {
    if (!key.startsWith(prefix)) continue;
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const common = cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
    const name = common ?? key;
    if (Buffer.compare(Buffer.from(name), Buffer.from(after)) <= 0 && after !== '') continue;
    if (common !== undefined && prefixes.at(-1) === common) continue;
    if (contents.length + prefixes.length >= limit) return { contents, prefixes, next: limit === 0 ? undefined : last };
    if (common === undefined) contents.push([key, object]);
    else prefixes.push(common);
    last = name;
  }
  return { contents, prefixes, next: undefined };
}

export function listBuckets(data: ObjectData, owner: string): S3Response {
  const buckets = ordered(data.buckets).map(([Name, { created }]) => ({
    Name,
    CreationDate: new Date(created).toISOString(),
  }));
  return {
    status: 200,
    body: document('ListAllMyBucketsResult', {
      Owner: { ID: owner, DisplayName: owner },
      Buckets: { Bucket: buckets },
    }),
  };
}
