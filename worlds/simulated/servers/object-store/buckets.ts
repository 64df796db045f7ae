import { S3Error } from './errors.ts';
import type { S3Request, S3Response } from './request.ts';
import type { ObjectData } from './store.ts';
import { document } from './xml.ts';

export function createBucket(data: ObjectData, { bucket }: S3Request, now: number): S3Response {
  data.create(bucket, now);
  return { status: 200, headers: { location: `/${bucket}` } };
}

export function headBucket(data: ObjectData, { bucket }: S3Request, region: string): S3Response {
  data.bucket(bucket);
  return { status: 200, headers: { 'x-amz-bucket-region': region } };
}

/** 204. Not while it holds objects. */
export function deleteBucket(data: ObjectData, { bucket }: S3Request): S3Response {
  if (data.bucket(bucket).objects.size > 0) throw new S3Error('BucketNotEmpty');
  data.buckets.delete(bucket);
  return { status: 204 };
}

export function bucketLocation(data: ObjectData, { bucket }: S3Request, region: string): S3Response {
  data.bucket(bucket);
  return { status: 200, body: document('LocationConstraint', region === 'us-east-1' ? '' : region) };
}
