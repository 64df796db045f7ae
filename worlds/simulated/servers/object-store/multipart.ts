import { createHash } from 'node:crypto';
import { checkWrite } from './conditions.ts';
import { S3Error } from './errors.ts';
import { copySource, keptHeaders, quoted, resultOf } from './objects.ts';
import { type S3Request, type S3Response, header } from './request.ts';
import { type Bucket, type ObjectData, type StoredBody, type Upload, md5 } from './store.ts';
import { document, elements, expectRoot, textOf } from './xml.ts';

const PARTS_MAX = 10_000;
const PARTS_LISTED_MAX = 1000;
/** Each part but the last has at least this size. */
const PART_BYTES_MIN = 5 * 1024 * 1024;

function uploadOf({ uploads }: Bucket, { query, key }: S3Request): Upload {
  const upload = uploads.get(query.get('uploadId') ?? '');
  if (upload?.key !== key) throw new S3Error('NoSuchUpload');
  return upload;
}

export function createUpload(data: ObjectData, request: S3Request, now: number): S3Response {
  const { uploads, name } = data.bucket(request.bucket);
  const id = data.nextUploadId(request.key);
  uploads.set(id, { id, key: request.key, headers: keptHeaders(request), initiated: now, parts: new Map() });
  return {
    status: 200,
    body: document('InitiateMultipartUploadResult', { Bucket: name, Key: request.key, UploadId: id }),
  };
}

/** UploadPart, and UploadPartCopy where a source is named. */
export function uploadPart(data: ObjectData, request: S3Request, now: number): S3Response {
  const upload = uploadOf(data.bucket(request.bucket), request);
  const number = Number(request.query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > PARTS_MAX)
    throw new S3Error('InvalidArgument', `Part number must be an integer between 1 and ${PARTS_MAX}, inclusive`);
  if (header(request.headers, 'x-amz-copy-source') !== undefined) return copyPart(data, request, upload, number, now);
  const { body, checksums } = request;
  const part: StoredBody = { body, checksums, etag: md5(body), lastModified: now };
  upload.parts.set(number, part);
  const sums = Object.entries(checksums).map(([name, value]) => [`x-amz-checksum-${name}`, value]);
  return { status: 200, headers: { etag: quoted(part.etag), ...(Object.fromEntries(sums) as Record<string, string>) } };
}

function copyPart(data: ObjectData, request: S3Request, upload: Upload, number: number, now: number): S3Response {
  const source = copySource(data, request).body;
  const range = header(request.headers, 'x-amz-copy-source-range');
  const [, first = '0', last = String(source.length - 1)] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (Number(last) >= source.length) throw new S3Error('InvalidRange');
  const body = source.subarray(Number(first), Number(last) + 1);
  const part: StoredBody = { body, checksums: {}, etag: md5(body), lastModified: now };
  upload.parts.set(number, part);
  return { status: 200, body: document('CopyPartResult', resultOf(part)) };
}

export function completeUpload(data: ObjectData, request: S3Request, now: number): S3Response {
  const bucket = data.bucket(request.bucket);
  const upload = uploadOf(bucket, request);
  const named = elements(expectRoot(request.body, 'CompleteMultipartUpload'), 'Part').map((each) => ({
    number: Number(textOf(each, 'PartNumber')),
    etag: textOf(each, 'ETag')?.replaceAll('"', ''),
  }));
  if (named.length === 0 || named.some(({ etag }) => etag === undefined)) throw new S3Error('MalformedXML');
  const parts = named.map(({ number, etag }, index) => {
    const before = named[index - 1];
    if (before !== undefined && before.number >= number) throw new S3Error('InvalidPartOrder');
    const part = upload.parts.get(number);
    if (part === undefined || part.etag !== etag) throw new S3Error('InvalidPart');
    if (index < named.length - 1 && part.body.length < PART_BYTES_MIN) throw new S3Error('EntityTooSmall');
    return part;
  });
  checkWrite(request.headers, bucket.objects.get(upload.key));
  const digest = createHash('md5').update(Buffer.concat(parts.map((part) => Buffer.from(part.etag, 'hex'))));
  const etag = `${digest.digest('hex')}-${parts.length}`;
  bucket.objects.set(upload.key, {
    body: Buffer.concat(parts.map((part) => part.body)),
    etag,
    checksums: {},
    headers: upload.headers,
    lastModified: now,
  });
  bucket.uploads.delete(upload.id);
  const Location = `http://${header(request.headers, 'host') ?? ''}/${request.bucket}/${upload.key}`;
  return {
    status: 200,
    body: document('CompleteMultipartUploadResult', {
      Location,
      Bucket: bucket.name,
      Key: upload.key,
      ETag: quoted(etag),
    }),
  };
}

export function abortUpload(data: ObjectData, request: S3Request): S3Response {
  const bucket = data.bucket(request.bucket);
  bucket.uploads.delete(uploadOf(bucket, request).id);
  return { status: 204 };
}

export function listParts(data: ObjectData, request: S3Request): S3Response {
  const upload = uploadOf(data.bucket(request.bucket), request);
  const { query } = request;
  const marker = Number(query.get('part-number-marker') ?? 0);
  const limit = Math.min(Number(query.get('max-parts') ?? PARTS_LISTED_MAX), PARTS_LISTED_MAX);
  const after = [...upload.parts].filter(([number]) => number > marker).toSorted(([a], [b]) => a - b);
  const listed = after.slice(0, limit);
  const content = {
    Bucket: request.bucket,
    Key: upload.key,
    UploadId: upload.id,
    PartNumberMarker: marker,
    NextPartNumberMarker: listed.at(-1)?.[0] ?? 0,
    MaxParts: limit,
    StorageClass: 'STANDARD',
    IsTruncated: listed.length < after.length,
    Part: listed.map(([number, part]) => ({ PartNumber: number, ...resultOf(part), Size: part.body.length })),
  };
  return { status: 200, body: document('ListPartsResult', content) };
}

export function listUploads(data: ObjectData, request: S3Request): S3Response {
  const { uploads, name } = data.bucket(request.bucket);
  const prefix = request.query.get('prefix') ?? '';
  const Upload = [...uploads.values()]
    .filter(({ key }) => key.startsWith(prefix))
    .toSorted((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) || a.initiated - b.initiated)
    .map(({ key, id, initiated }) => ({
      Key: key,
      UploadId: id,
      Initiated: new Date(initiated).toISOString(),
      StorageClass: 'STANDARD',
    }));
  return {
    status: 200,
    body: document('ListMultipartUploadsResult', {
      Bucket: name,
      Prefix: prefix,
      MaxUploads: 1000,
      IsTruncated: false,
      Upload,
    }),
  };
}
