import http from 'node:http';
import type { Answer, Gateway } from './gateway.ts';

const BODY_BYTES_MAX = 4096;

/** The control API of standins/README.md, and the health question. */
export function control(gateway: Gateway): http.RequestListener {
  return (request, response) => {
    const reply = (status: number, body?: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    };
    const asked = `${request.method} ${request.url}`;
    if (asked === 'GET /health/live') return reply(200, { status: 'ok' });
    if (asked === 'GET /v1/control/answer') {
      const { answer = null, refused, forwarded } = gateway;
      return reply(200, { answer, refused, forwarded });
    }
    if (asked === 'DELETE /v1/control/answer') {
      gateway.answer = undefined;
      return reply(204);
    }
    if (asked !== 'PUT /v1/control/answer') return reply(404, { message: `no ${asked}` });
    let text = '';
    request.on('data', (chunk: Buffer) => {
      if (text.length < BODY_BYTES_MAX) text += chunk.toString();
    });
    request.on('end', () => {
      const answer = parse(text);
      if (answer === undefined) return reply(400, { message: 'expected {"status":503,"code":"SlowDown"}' });
      gateway.answer = answer;
      return reply(204);
    });
    return undefined;
  };
}

function parse(text: string): Answer | undefined {
  try {
    const { status, code, methods } = JSON.parse(text) as Partial<Answer>;
    if (!Number.isInteger(status) || typeof code !== 'string' || !/^\w+$/.test(code)) return undefined;
    return { status: status as number, code, ...(Array.isArray(methods) ? { methods: methods.map(String) } : {}) };
  } catch {
    return undefined;
  }
}
