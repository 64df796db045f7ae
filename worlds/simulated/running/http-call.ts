import http from 'node:http';

export interface HttpCall {
  readonly host: string;
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly timeoutMs: number;
  readonly agent: http.Agent;
}

export interface HttpReply {
  readonly status: number;
  readonly text: string;
}

/** One request with Node's own client. Rejects on a refused or lost connection and when `timeoutMs` have passed. */
export function httpCall(call: HttpCall): Promise<HttpReply> {
  const { host, port, method, path, body, timeoutMs, agent } = call;
  const payload = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const headers =
      payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) };
    const request = http.request({ host, port, method, path, agent, headers });
    const timer = setTimeout(
      () => request.destroy(new Error(`no answer from ${host}:${port} in ${timeoutMs} ms`)),
      timeoutMs,
    );
    const failed = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    request.on('error', failed);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', failed);
      response.on('end', () => {
        clearTimeout(timer);
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
    request.end(payload);
  });
}
