import type { IncomingHttpHeaders } from 'node:http';

/** A request to the store, its body read and decoded. */
export interface S3Request {
  readonly method: string;
  /** As it stood in the request line, before the `?`: what the signature covers. */
  readonly rawPath: string;
  readonly bucket: string;
  /** Decoded; empty for requests about the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** `x-amz-checksum-*` of header or trailer, without that prefix. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** An answer. `body` of a HEAD is not sent, its length is. */
export interface S3Response {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** What a HEAD says in the place of the body's length. */
  readonly length?: number;
}

/** A header that must be there once, as text. */
export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

/** Splits a path-style address: `/bucket/some/key`. */
export function address(rawPath: string): { bucket: string; key: string } {
  const path = rawPath.slice(1);
  const slash = path.indexOf('/');
  const [bucket, key] = slash < 0 ? [path, ''] : [path.slice(0, slash), path.slice(slash + 1)];
  return { bucket: decodeURIComponent(bucket), key: decodeURIComponent(key) };
}
