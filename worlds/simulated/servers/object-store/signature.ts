import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from './errors.ts';
import { header } from './request.ts';

/** S3 refuses requests whose time is further off than this. */
const SKEW_MS = 15 * 60_000;
const ALGORITHM = 'AWS4-HMAC-SHA256';

export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** What of a request its signature covers. */
export interface Signed {
  readonly method: string;
  readonly rawPath: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/** Parts of a signature, from the header or from a presigned address. */
interface Claim {
  readonly scope: string;
  readonly signedHeaders: string;
  readonly signature: string;
  /** `20260105T080000Z`. */
  readonly date: string;
  readonly payloadHash: string;
  readonly expiresMs: number;
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** RFC 3986, as Signature Version 4 wants it. */
const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/**
 * Checks AWS Signature Version 4, in the header or presigned ("Authenticating Requests", S3 API reference).
 * @param now ms since 1970 on the store's clock
 * @throws S3Error AccessDenied, InvalidAccessKeyId, RequestTimeTooSkewed, SignatureDoesNotMatch
 */
export function checkSignature(signed: Signed, { accessKey, secretKey }: Credentials, now: number): void {
  const claim = signed.query.has('X-Amz-Signature') ? presigned(signed.query) : inHeader(signed.headers);
  const [key = '', day = '', region = '', service = '', end = ''] = claim.scope.split('/');
  if (key !== accessKey) throw new S3Error('InvalidAccessKeyId');
  const at = instant(claim.date);
  if (Number.isNaN(at)) throw new S3Error('AccessDenied', 'The request has no valid date.');
  if (now < at - SKEW_MS || (claim.expiresMs === 0 && now > at + SKEW_MS)) throw new S3Error('RequestTimeTooSkewed');
  if (claim.expiresMs > 0 && now > at + claim.expiresMs) throw new S3Error('AccessDenied', 'Request has expired');
  const names = claim.signedHeaders.split(';');
  const canonical = [
    signed.method,
    signed.rawPath,
    canonicalQuery(signed.query),
    ...names.map((name) => `${name}:${(header(signed.headers, name) ?? '').trim().replaceAll(/\s+/g, ' ')}`),
    '',
    claim.signedHeaders,
    claim.payloadHash,
  ].join('\n');
  const toSign = [ALGORITHM, claim.date, [day, region, service, end].join('/'), sha256(canonical)].join('\n');
  const signing = [day, region, service, end].reduce<string | Buffer>(
    (last, part) => hmac(last, part),
    `AWS4${secretKey}`,
  );
  const expected = hmac(signing, toSign);
  const given = Buffer.from(claim.signature, 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new S3Error('SignatureDoesNotMatch');
}

function inHeader(headers: IncomingHttpHeaders): Claim {
  const authorization = header(headers, 'authorization');
  if (authorization === undefined) throw new S3Error('AccessDenied');
  const found = /^AWS4-HMAC-SHA256\s+Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]+)$/.exec(
    authorization,
  );
  if (found === null) throw new S3Error('AuthorizationHeaderMalformed');
  const [, scope = '', signedHeaders = '', signature = ''] = found;
  const payloadHash = header(headers, 'x-amz-content-sha256');
  if (payloadHash === undefined)
    throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  return { scope, signedHeaders, signature, payloadHash, date: header(headers, 'x-amz-date') ?? '', expiresMs: 0 };
}

function presigned(query: URLSearchParams): Claim {
  const of = (name: string): string => query.get(`X-Amz-${name}`) ?? '';
  return {
    scope: of('Credential'),
    signedHeaders: of('SignedHeaders'),
    signature: of('Signature'),
    date: of('Date'),
    payloadHash: 'UNSIGNED-PAYLOAD',
    expiresMs: Number(of('Expires')) * 1000,
  };
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted()
    .join('&');
}

function instant(date: string): number {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (found === null) return Number.NaN;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
