import { checkRead, checkWrite } from './conditions.ts';
import { S3Error } from './errors.ts';
import { type S3Request, type S3Response, header } from './request.ts';
import { type ObjectData, type StoredBody, type StoredObject, md5 } from './store.ts';
import { document, elements, expectRoot, textOf } from './xml.ts';

/** Headers of an upload that come back with the object. */
const KEPT = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
];
const DELETED_AT_ONCE_MAX = 1000;

/** What of a request's headers is kept with the object. */
export function keptHeaders({ headers }: S3Request): Record<string, string> {
  const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string' || !(KEPT.includes(name) || name.startsWith('x-amz-meta-'))) continue;
    const text = name === 'content-encoding' ? withoutChunked(value) : value;
    if (text !== '') kept[name] = text;
  }
  return kept;
}

/** `aws-chunked` is how the body travelled, not what it is. */
const withoutChunked = (value: string): string =>
  value
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== 'aws-chunked')
    .join(',');

export const quoted = (etag: string): string => `"${etag}"`;

/** `x-amz-checksum-*` of an object that was uploaded in one piece. */
function checksumHeaders({ checksums }: StoredBody): Record<string, string> {
  const all = Object.entries(checksums).map(([name, value]) => [`x-amz-checksum-${name}`, value]);
  return all.length === 0 ? {} : { ...Object.fromEntries(all), 'x-amz-checksum-type': 'FULL_OBJECT' };
}

export function putObject(data: ObjectData, request: S3Request, now: number): S3Response {
  const { objects } = data.bucket(request.bucket);
  checkWrite(request.headers, objects.get(request.key));
  const { body, checksums } = request;
  const object: StoredObject = { body, checksums, etag: md5(body), headers: keptHeaders(request), lastModified: now };
  objects.set(request.key, object);
  const size = { 'x-amz-object-size': String(body.length) };
  return { status: 200, headers: { etag: quoted(object.etag), ...size, ...checksumHeaders(object) } };
}

/** GET and HEAD: the same answer, which Node sends without its body for a HEAD. */
export function getObject(data: ObjectData, request: S3Request): S3Response {
  const object = data.object(request.bucket, request.key);
  const headers: Record<string, string> = {
    ...object.headers,
    etag: quoted(object.etag),
    'last-modified': new Date(object.lastModified).toUTCString(),
    'accept-ranges': 'bytes',
    'x-amz-storage-class': 'STANDARD',
  };
  if (checkRead(request.headers, object)) return { status: 304, headers: { etag: quoted(object.etag) } };
  const range = rangeOf(header(request.headers, 'range'), object.body.length);
  if (range !== undefined) {
    const [from, to] = range;
    const part = object.body.subarray(from, to + 1);
    headers['content-range'] = `bytes ${from}-${to}/${object.body.length}`;
    return { status: 206, headers, body: part, length: part.length };
  }
  if (header(request.headers, 'x-amz-checksum-mode') === 'ENABLED') Object.assign(headers, checksumHeaders(object));
  return { status: 200, headers, body: object.body, length: object.body.length };
}

/**
 * `bytes=0-9`, `bytes=5-`, `bytes=-3` as first and last byte; undefined for the whole, also where the header is not understood.
 * @throws S3Error InvalidRange
 */
function rangeOf(text: string | undefined, length: number): readonly [from: number, to: number] | undefined {
  const found = /^bytes=(\d*)-(\d*)$/.exec(text ?? '');
  const [, first = '', last = ''] = found ?? [];
  if (first === '' && last === '') return undefined;
  const from = first === '' ? Math.max(0, length - Number(last)) : Number(first);
  const to = first === '' || last === '' ? length - 1 : Math.min(Number(last), length - 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (from >= length || (first === '' && Number(last) === 0)) throw new S3Error('InvalidRange');
  return [from, to];
}

/** The object that `x-amz-copy-source` names, its conditions checked. */
export function copySource(data: ObjectData, request: S3Request): StoredObject {
  const source = decodeURIComponent(header(request.headers, 'x-amz-copy-source') ?? '').replace(/^\//, '');
  const slash = source.indexOf('/');
  if (slash < 1)
    throw new S3Error('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  const object = data.object(source.slice(0, slash), source.slice(slash + 1));
  if (checkRead(request.headers, object, 'x-amz-copy-source-')) throw new S3Error('PreconditionFailed');
  return object;
}

export function copyObject(data: ObjectData, request: S3Request, now: number): S3Response {
  const { objects } = data.bucket(request.bucket);
  const source = copySource(data, request);
  const replaces = header(request.headers, 'x-amz-metadata-directive') === 'REPLACE';
  if (!replaces && source === objects.get(request.key)) {
    throw new S3Error(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  checkWrite(request.headers, objects.get(request.key));
  const copy: StoredObject = {
    ...source,
    headers: replaces ? keptHeaders(request) : source.headers,
    etag: md5(source.body),
    lastModified: now,
  };
  objects.set(request.key, copy);
  return { status: 200, body: document('CopyObjectResult', { ...resultOf(copy), ...checksumElements(copy) }) };
}

const checksumElements = ({ checksums }: StoredBody): Record<string, string> =>
  Object.keys(checksums).length === 0
    ? {}
    : {
        ...Object.fromEntries(
          Object.entries(checksums).map(([name, value]) => [`Checksum${name.toUpperCase()}`, value]),
        ),
        ChecksumType: 'FULL_OBJECT',
      };

/** ETag and time of a body, as the results of copies say them. */
export const resultOf = ({ etag, lastModified }: StoredBody): Record<string, string> => ({
  LastModified: new Date(lastModified).toISOString(),
  ETag: quoted(etag),
});

/** 204 whether it was there or not. */
export function deleteObject(data: ObjectData, request: S3Request): S3Response {
  const { objects } = data.bucket(request.bucket);
  checkWrite(request.headers, objects.get(request.key));
  objects.delete(request.key);
  return { status: 204 };
}

export function deleteObjects(data: ObjectData, request: S3Request): S3Response {
  const { objects } = data.bucket(request.bucket);
  const content = expectRoot(request.body, 'Delete');
  const keys = elements(content, 'Object').map((each) => textOf(each, 'Key'));
  if (keys.length === 0 || keys.length > DELETED_AT_ONCE_MAX || keys.includes(undefined))
    throw new S3Error('MalformedXML');
  for (const key of keys as string[]) objects.delete(key);
  const quiet = textOf(content, 'Quiet') === 'true';
  return {
    status: 200,
    body: document('DeleteResult', quiet ? {} : { Deleted: (keys as string[]).map((Key) => ({ Key })) }),
  };
}
