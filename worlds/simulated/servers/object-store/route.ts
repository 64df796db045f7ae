import { bucketLocation, createBucket, deleteBucket, headBucket } from './buckets.ts';
import { S3Error } from './errors.ts';
import { listBuckets, listObjects } from './list.ts';
import { abortUpload, completeUpload, createUpload, listParts, listUploads, uploadPart } from './multipart.ts';
import { copyObject, deleteObject, deleteObjects, getObject, putObject } from './objects.ts';
import { type S3Request, type S3Response, header } from './request.ts';
import type { ObjectData } from './store.ts';

export interface Serving {
  readonly data: ObjectData;
  readonly accessKey: string;
  readonly region: string;
  /** ms since 1970 on the store's clock. */
  readonly now: number;
}

/** Carries a request out. @throws S3Error */
export function route(request: S3Request, serving: Serving): S3Response {
  if (request.bucket === '') {
    if (request.method !== 'GET') throw new S3Error('MethodNotAllowed');
    return listBuckets(serving.data, serving.accessKey);
  }
  return request.key === '' ? ofBucket(request, serving) : ofObject(request, serving);
}

function ofBucket(request: S3Request, { data, now, region }: Serving): S3Response {
  const { method, query } = request;
  if (method === 'PUT') return createBucket(data, request, now);
  if (method === 'HEAD') return headBucket(data, request, region);
  if (method === 'DELETE') return deleteBucket(data, request);
  if (method === 'POST' && query.has('delete')) return deleteObjects(data, request);
  if (method !== 'GET') throw new S3Error('MethodNotAllowed');
  if (query.has('location')) return bucketLocation(data, request, region);
  if (query.has('uploads')) return listUploads(data, request);
  return listObjects(data, request);
}

function ofObject(request: S3Request, { data, now }: Serving): S3Response {
  const { method, query } = request;
  const ofUpload = query.has('uploadId');
  if (method === 'PUT') {
    if (ofUpload) return uploadPart(data, request, now);
    return header(request.headers, 'x-amz-copy-source') === undefined
      ? putObject(data, request, now)
      : copyObject(data, request, now);
  }
  if (method === 'HEAD') return getObject(data, request);
  if (method === 'GET') return ofUpload ? listParts(data, request) : getObject(data, request);
  if (method === 'DELETE') return ofUpload ? abortUpload(data, request) : deleteObject(data, request);
  if (method === 'POST' && query.has('uploads')) return createUpload(data, request, now);
  if (method === 'POST' && ofUpload) return completeUpload(data, request, now);
  throw new S3Error('MethodNotAllowed');
}
