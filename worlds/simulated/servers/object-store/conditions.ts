import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from './errors.ts';
import { header } from './request.ts';
import type { StoredBody } from './store.ts';

const bare = (etag: string): string => etag.trim().replaceAll('"', '');
const matches = (list: string, etag: string): boolean =>
  list.split(',').some((each) => each.trim() === '*' || bare(each) === etag);

/**
 * Conditional writes: `If-None-Match: *` for an object that must not be there, `If-Match` for one that must be as it was.
 * @throws S3Error PreconditionFailed, NoSuchKey, NotImplemented
 */
export function checkWrite(headers: IncomingHttpHeaders, present: StoredBody | undefined): void {
  const ifMatch = header(headers, 'if-match');
  const ifNoneMatch = header(headers, 'if-none-match');
  if (ifMatch !== undefined) {
    if (present === undefined) throw new S3Error('NoSuchKey');
    if (!matches(ifMatch, present.etag)) throw new S3Error('PreconditionFailed');
  }
  if (ifNoneMatch !== undefined && present !== undefined && matches(ifNoneMatch, present.etag))
    throw new S3Error('PreconditionFailed');
}

/**
 * Conditional reads (RFC 9110, 13.2.2).
 * @returns true when the answer is 304
 * @throws S3Error PreconditionFailed
 */
export function checkRead(headers: IncomingHttpHeaders, { etag, lastModified }: StoredBody, prefix = ''): boolean {
  const of = (name: string): string | undefined => header(headers, `${prefix}${name}`);
  const seconds = Math.floor(lastModified / 1000) * 1000;
  const [ifMatch, ifNoneMatch] = [of('if-match'), of('if-none-match')];
  const since = Date.parse(of('if-modified-since') ?? '');
  const until = Date.parse(of('if-unmodified-since') ?? '');
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, etag)) throw new S3Error('PreconditionFailed');
  } else if (seconds > until) throw new S3Error('PreconditionFailed');
  return ifNoneMatch === undefined ? seconds <= since : matches(ifNoneMatch, etag);
}
