import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { decodeBody } from './body.ts';
import { S3Error } from './errors.ts';
import { type S3Response, address } from './request.ts';
import { type Serving, route } from './route.ts';
import { checkSignature, type Credentials } from './signature.ts';
import type { ObjectData } from './store.ts';
import { document } from './xml.ts';

/** A body above this is refused: the whole of it is held in memory. */
const BODY_BYTES_MAX = 256 * 1024 * 1024;

export interface ObjectStoreOptions extends Credentials {
  readonly data: ObjectData;
  readonly region?: string;
  /** ms since 1970 on the store's clock. */
  readonly now: () => number;
  /** Resolves when the work of a request of this many bytes (both ways) is done. */
  readonly work?: (bytes: number) => Promise<void>;
  /** Called for each request that got an answer. */
  readonly onAnswer?: (status: number) => void;
}

/** S3's HTTP API over `options.data`, path-style addresses, for an `http.Server`. */
export function objectStore(options: ObjectStoreOptions): RequestListener {
  let requests = 0;
  return (request, response) => {
    requests += 1;
    const id = requests.toString(16).toUpperCase().padStart(16, '0');
    void serve(options, request, id).then((answer) => reply(options, request, response, answer, id));
  };
}

async function serve(options: ObjectStoreOptions, incoming: IncomingMessage, id: string): Promise<S3Response> {
  // Not through URL: it would take `..` and `//` out of keys, which the signature covers as they are.
  const [pathname = '/', search = ''] = (incoming.url ?? '/').split('?', 2);
  const query = new URLSearchParams(search);
  try {
    const raw = await read(incoming);
    await options.work?.(raw.length);
    const { method = 'GET', headers } = incoming;
    const now = options.now();
    checkSignature({ method, rawPath: pathname, query, headers }, options, now);
    const serving: Serving = {
      data: options.data,
      accessKey: options.accessKey,
      region: options.region ?? 'us-east-1',
      now,
    };
    return route(
      { method, rawPath: pathname, query, headers, ...address(pathname), ...decodeBody(headers, raw) },
      serving,
    );
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    const content = { Code: error.code, Message: error.message, Resource: pathname, RequestId: id };
    return { status: error.status, body: document('Error', content) };
  }
}

async function read(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_BYTES_MAX) throw new S3Error('EntityTooLarge');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function reply(
  { onAnswer }: ObjectStoreOptions,
  { method }: IncomingMessage,
  response: ServerResponse,
  { status, headers = {}, body, length }: S3Response,
  id: string,
): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : (body ?? Buffer.alloc(0));
  response.statusCode = status;
  response.setHeader('server', 'faultline');
  response.setHeader('x-amz-request-id', id);
  if (typeof body === 'string') response.setHeader('content-type', 'application/xml');
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (status !== 204 && status !== 304) response.setHeader('content-length', length ?? bytes.length);
  // An error of a HEAD has no body to tell the code, so it has no length either.
  if (method === 'HEAD' && status >= 400) response.setHeader('content-length', 0);
  response.end(method === 'HEAD' || status === 204 || status === 304 ? undefined : bytes);
  onAnswer?.(status);
}
