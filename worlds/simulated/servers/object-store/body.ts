import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import zlib from 'node:zlib';
import { crc32c } from './crc32c.ts';
import { S3Error } from './errors.ts';
import { header } from './request.ts';

const PREFIX = 'x-amz-checksum-';

/** Digests of a body by the algorithm's name in the header, in base64. */
const DIGESTS: Readonly<Record<string, (body: Buffer) => string>> = {
  crc32: (body) => word(zlib.crc32(body)),
  crc32c: (body) => word(crc32c(body)),
  sha1: (body) => createHash('sha1').update(body).digest('base64'),
  sha256: (body) => createHash('sha256').update(body).digest('base64'),
};

function word(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
}

/** A body as it was meant, and the checksums that came with it, all of which have been checked. */
export interface DecodedBody {
  readonly body: Buffer;
  readonly checksums: Readonly<Record<string, string>>;
}

/**
 * Takes `aws-chunked` off, and checks lengths, Content-MD5, `x-amz-content-sha256` and `x-amz-checksum-*` of header or trailer.
 * @throws S3Error BadDigest, IncompleteBody, InvalidDigest, XAmzContentSHA256Mismatch, NotImplemented
 */
export function decodeBody(headers: IncomingHttpHeaders, raw: Buffer): DecodedBody {
  const declared = header(headers, 'x-amz-content-sha256') ?? '';
  const { body, trailers } = declared.startsWith('STREAMING-') ? unchunk(raw, declared) : { body: raw, trailers: {} };
  const length = header(headers, 'x-amz-decoded-content-length');
  if (length !== undefined && Number(length) !== body.length) throw new S3Error('IncompleteBody');
  if (/^[0-9a-f]{64}$/.test(declared) && declared !== createHash('sha256').update(body).digest('hex'))
    throw new S3Error('XAmzContentSHA256Mismatch');
  checkMd5(header(headers, 'content-md5'), body);
  const checksums: Record<string, string> = {};
  for (const [name, value] of [...Object.entries(headers), ...Object.entries(trailers)]) {
    const algorithm = name.slice(PREFIX.length);
    if (!name.startsWith(PREFIX) || algorithm === 'type' || algorithm === 'mode' || typeof value !== 'string') continue;
    const digest = DIGESTS[algorithm];
    if (digest === undefined)
      throw new S3Error('NotImplemented', `This store does not know the checksum ${algorithm}.`);
    if (digest(body) !== value)
      throw new S3Error(
        'BadDigest',
        `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
      );
    checksums[algorithm] = value;
  }
  return { body, checksums };
}

function checkMd5(given: string | undefined, body: Buffer): void {
  if (given === undefined) return;
  if (Buffer.from(given, 'base64').length !== 16) throw new S3Error('InvalidDigest');
  if (createHash('md5').update(body).digest('base64') !== given) throw new S3Error('BadDigest');
}

/** `size[;chunk-signature=..]\r\n bytes \r\n` until a chunk of size 0, then trailers. */
function unchunk(raw: Buffer, declared: string): { body: Buffer; trailers: Readonly<Record<string, string>> } {
  if (declared !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER')
    throw new S3Error('NotImplemented', `This store does not know signed chunks (${declared}).`);
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = raw.indexOf('\r\n', at);
    const size = Number.parseInt(raw.toString('latin1', at, end < 0 ? at : end), 16);
    if (Number.isNaN(size)) throw new S3Error('IncompleteBody');
    at = end + 2;
    if (size === 0) break;
    if (at + size + 2 > raw.length) throw new S3Error('IncompleteBody');
    chunks.push(raw.subarray(at, at + size));
    at += size + 2;
  }
  const trailers: Record<string, string> = {};
  for (const line of raw.toString('latin1', at).split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) trailers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { body: Buffer.concat(chunks), trailers };
}
