import * as s3 from '@aws-sdk/client-s3';

/** A step of a session: what a client does; `told` holds what earlier steps learnt (upload ids, ETags, tokens). */
export type Step = (client: s3.S3Client, told: Map<string, string>) => Promise<unknown>;

const Bucket = 'exports';
const MIB = 1024 * 1024;
const bytes = (length: number, of = 7): Buffer => Buffer.alloc(length, of);

const put =
  (Key: string, body: string | Buffer, more: Partial<s3.PutObjectCommandInput> = {}): Step =>
  (client) =>
    client.send(new s3.PutObjectCommand({ Bucket, Key, Body: body, ...more }));

const get =
  (Key: string, more: Partial<s3.GetObjectCommandInput> = {}): Step =>
  async (client) => {
    const { Body, ...rest } = await client.send(new s3.GetObjectCommand({ Bucket, Key, ...more }));
    return { ...rest, text: (await Body?.transformToString())?.slice(0, 200) };
  };
const head =
  (Key: string, more: Partial<s3.HeadObjectCommandInput> = {}): Step =>
  (client) =>
    client.send(new s3.HeadObjectCommand({ Bucket, Key, ...more }));
const remove =
  (Key: string): Step =>
  (client) =>
    client.send(new s3.DeleteObjectCommand({ Bucket, Key }));
const list =
  (input: Partial<s3.ListObjectsV2CommandInput> = {}, tokenOf?: string): Step =>
  async (client, told) => {
    const token = tokenOf === undefined ? {} : { ContinuationToken: told.get(tokenOf) };
    const page = await client.send(new s3.ListObjectsV2Command({ Bucket, ...input, ...token }));
    if (page.NextContinuationToken !== undefined) told.set('token', page.NextContinuationToken);
    return page;
  };
const copy =
  (from: string, Key: string, more: Partial<s3.CopyObjectCommandInput> = {}): Step =>
  (client) =>
    client.send(new s3.CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${from}`, ...more }));
const begin =
  (Key: string, as = 'upload'): Step =>
  async (client, told) => {
    const answer = await client.send(
      new s3.CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'text/csv', Metadata: { month: '2026-01' } }),
    );
    told.set(as, answer.UploadId ?? '');
    return answer;
  };
const part =
  (Key: string, PartNumber: number, body: Buffer, of = 'upload'): Step =>
  async (client, told) => {
    const answer = await client.send(
      new s3.UploadPartCommand({ Bucket, Key, PartNumber, Body: body, UploadId: told.get(of) }),
    );
    told.set(`etag${PartNumber}`, answer.ETag ?? '');
    return answer;
  };
const complete =
  (Key: string, numbers: readonly number[], etag?: string): Step =>
  async (client, told) => {
    const Parts = numbers.map((PartNumber) => ({ PartNumber, ETag: etag ?? told.get(`etag${PartNumber}`) }));
    const input = { Bucket, Key, UploadId: told.get('upload'), MultipartUpload: { Parts } };
    // The type is that of the checksum which versitygw adds.
    const { ChecksumType: _, ...answer } = await client.send(new s3.CompleteMultipartUploadCommand(input));
    return answer;
  };
const abort =
  (Key: string): Step =>
  (client, told) =>
    client.send(new s3.AbortMultipartUploadCommand({ Bucket, Key, UploadId: told.get('upload') }));
const parts =
  (Key: string, more: Partial<s3.ListPartsCommandInput> = {}): Step =>
  (client, told) =>
    client.send(new s3.ListPartsCommand({ Bucket, Key, UploadId: told.get('upload'), ...more }));

/** ETag of the text `one`. */
const ONE = '"f97c5d29941bfb1b2fdab0874906ab82"';

/** Sessions of an ordinary client, each on a store of its own that has the bucket `exports`. */
export const SESSIONS: Readonly<Record<string, readonly Step[]>> = {
  buckets: [
    (client) => client.send(new s3.CreateBucketCommand({ Bucket: 'second' })),
    (client) => client.send(new s3.CreateBucketCommand({ Bucket: 'second' })),
    (client) => client.send(new s3.HeadBucketCommand({ Bucket: 'second' })),
    (client) => client.send(new s3.HeadBucketCommand({ Bucket: 'third' })),
    async (client) => (await client.send(new s3.ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name),
    (client) => client.send(new s3.ListObjectsV2Command({ Bucket: 'third' })),
    (client) => client.send(new s3.GetBucketLocationCommand({ Bucket: 'second' })),
    put('kept', 'x'),
    (client) => client.send(new s3.DeleteBucketCommand({ Bucket })),
    (client) => client.send(new s3.DeleteBucketCommand({ Bucket: 'second' })),
    (client) => client.send(new s3.DeleteBucketCommand({ Bucket: 'second' })),
    (client) => client.send(new s3.PutObjectCommand({ Bucket: 'second', Key: 'a', Body: 'b' })),
  ],
  'objects, metadata, ranges': [
    put('a/report.csv', 'kind,value\nMSISDN,+93\n', {
      ContentType: 'text/csv',
      Metadata: { month: '2026-01', region: 'kbl' },
    }),
    get('a/report.csv'),
    head('a/report.csv'),
    get('a/report.csv', { Range: 'bytes=0-3' }),
    get('a/report.csv', { Range: 'bytes=5-' }),
    get('a/report.csv', { Range: 'bytes=-4' }),
    get('a/report.csv', { Range: 'bytes=5-5000' }),
    get('a/report.csv', { Range: 'bytes=5000-' }),
    get('missing'),
    head('missing'),
    // With the same metadata: versitygw keeps those of the last version.
    put('a/report.csv', 'second', { Metadata: { month: '2026-01', region: 'kbl' } }),
    get('a/report.csv'),
    put('empty', ''),
    get('empty'),
    put('bytes', bytes(70_000), {
      ContentEncoding: 'gzip',
      CacheControl: 'no-store',
      ContentDisposition: 'attachment',
    }),
    head('bytes'),
    put('a key with spaces & "signs" (1)+é.txt', 'odd'),
    get('a key with spaces & "signs" (1)+é.txt'),
    list(),
    remove('a/report.csv'),
    remove('a/report.csv'),
    get('a/report.csv'),
  ],
  'listing by pages, prefixes and delimiters': [
    ...['b', 'a/1', 'a/2', 'a/3/x', 'a/3/y', 'c', 'd/1', 'B', 'é'].map((key) => put(key, key)),
    list(),
    list({ Prefix: 'a/' }),
    list({ Delimiter: '/' }),
    list({ Prefix: 'a/', Delimiter: '/' }),
    list({ MaxKeys: 4 }),
    list({ MaxKeys: 4 }, 'token'),
    list({ MaxKeys: 4 }, 'token'),
    list({ MaxKeys: 2, Delimiter: '/' }),
    list({ MaxKeys: 2, Delimiter: '/' }, 'token'),
    list({ StartAfter: 'a/3/x' }),
    list({ Prefix: 'nothing' }),
  ],
  'conditional writes and reads': [
    put('once', 'one', { IfNoneMatch: '*' }),
    put('once', 'two', { IfNoneMatch: '*' }),
    get('once'),
    put('once', 'two', { IfMatch: '"00000000000000000000000000000000"' }),
    put('once', 'two', { IfMatch: ONE }),
    get('once'),
    put('never', 'one', { IfMatch: ONE }),
    get('once', { IfMatch: ONE }),
    get('once', { IfNoneMatch: '"b8a9f715dbb64fd5c56e7783c6820a61"' }),
    head('once', { IfNoneMatch: ONE }),
  ],
  checksums: [
    put('default', 'hello'),
    head('default', { ChecksumMode: 'ENABLED' }),
    put('sha256', 'hello', { ChecksumAlgorithm: 'SHA256' }),
    head('sha256', { ChecksumMode: 'ENABLED' }),
    put('sha1', 'hello', { ChecksumAlgorithm: 'SHA1' }),
    put('crc32c', 'hello', { ChecksumAlgorithm: 'CRC32C' }),
    get('crc32c', { ChecksumMode: 'ENABLED' }),
    put('wrong', 'hello', { ChecksumCRC32: 'AAAAAA==' }),
    put('wrong', 'hello', { ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' }),
    get('wrong'),
  ],
  'copies and deletions of several': [
    put('from', 'copied', { ContentType: 'text/plain', Metadata: { a: '1' } }),
    copy('from', 'to'),
    head('to'),
    copy('from', 'renamed', { MetadataDirective: 'REPLACE', Metadata: { b: '2' }, ContentType: 'text/csv' }),
    head('renamed'),
    copy('missing', 'to'),
    copy('from', 'from'),
    copy('from', 'to', { CopySourceIfMatch: ONE }),
    (client) =>
      client.send(
        new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'from' }, { Key: 'to' }, { Key: 'none' }] } }),
      ),
    // Not asked: `Quiet`, which versitygw overlooks.
    list(),
  ],
  'multipart uploads': [
    begin('big'),
    part('big', 1, bytes(5 * MIB, 1)),
    part('big', 2, bytes(100, 2)),
    part('big', 2, bytes(200, 3)),
    parts('big'),
    parts('big', { MaxParts: 1 }),
    get('big'),
    list(),
    complete('big', [2, 1]),
    complete('big', [1, 2], '"00000000000000000000000000000000"'),
    complete('big', [1, 3]),
    complete('big', [1, 2]),
    head('big'),
    get('big', { Range: `bytes=${5 * MIB - 1}-${5 * MIB + 1}` }),
    parts('big'),
    begin('left'),
    part('left', 1, bytes(10)),
    abort('left'),
    part('left', 1, bytes(10)),
    abort('left'),
    get('left'),
    begin('small'),
    part('small', 1, bytes(10)),
    part('small', 2, bytes(10)),
    complete('small', [1, 2]),
    (client) => client.send(new s3.ListMultipartUploadsCommand({ Bucket })),
  ],
};
