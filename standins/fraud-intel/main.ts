/** Stands in for fraud-intel: takes signals, and suspects a tenant from its first RESERVATION_BURST on. See ../README.md. */
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { FraudIntel, type Answer, type Signal } from './fraud-intel.ts';
import { publisher } from './publisher.ts';

const { HTTP_PORT = '8086', NATS_URLS = '', NATS_REPLICAS = '3', NATS_DUPLICATE_WINDOW_MS = '120000' } = process.env;
if (NATS_URLS === '') {
  console.error('NATS_URLS is not set: give the addresses of NATS, such as nats://nats-1:4222,nats://nats-2:4222');
  process.exit(78);
}
const BODY_BYTES_MAX = 4096;
const intel = new FraudIntel(
  publisher(NATS_URLS.split(','), Number(NATS_REPLICAS), Number(NATS_DUPLICATE_WINDOW_MS)),
  randomUUID,
);

const server = http.createServer((request, response) => {
  const reply = (status: number, body?: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  };
  const asked = `${request.method} ${request.url}`;
  if (asked === 'GET /health/live') return reply(200, { status: 'ok' });
  if (asked === 'GET /v1/control/answer') {
    const { answer = null, refused, forwarded } = intel;
    return reply(200, { answer, refused, forwarded });
  }
  if (asked === 'DELETE /v1/control/answer') {
    intel.answer = undefined;
    return reply(204);
  }
  if (asked === 'GET /v1/control/signals') return reply(200, { signals: intel.signals });
  if (asked !== 'POST /v1/signals' && asked !== 'PUT /v1/control/answer') return reply(404, { message: `no ${asked}` });
  let text = '';
  request.on('data', (chunk: Buffer) => {
    if (text.length < BODY_BYTES_MAX) text += chunk.toString();
  });
  request.on('end', () => {
    const body = parse(text);
    if (asked === 'POST /v1/signals') {
      const { answer } = intel;
      if (answer !== undefined && (answer.methods ?? ['POST']).includes('POST')) {
        intel.refused += 1;
        return reply(answer.status, { code: answer.code });
      }
      if (!isSignal(body))
        return reply(400, { message: 'expected {"signal":"RESERVATION_BURST","tenantId":"t1","ratePerMinute":61}' });
      intel.take(body);
      return reply(202, { accepted: true });
    }
    if (!isAnswer(body)) return reply(400, { message: 'expected {"status":503,"code":"UNAVAILABLE"}' });
    intel.answer = body;
    return reply(204);
  });
  return undefined;
});
server.listen(Number(HTTP_PORT));
process.on('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  process.exit(0);
});

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isSignal(body: unknown): body is Signal {
  const { signal, tenantId, ratePerMinute } = (body ?? {}) as Partial<Signal>;
  return typeof signal === 'string' && typeof tenantId === 'string' && typeof ratePerMinute === 'number';
}

function isAnswer(body: unknown): body is Answer {
  const { status, code } = (body ?? {}) as Partial<Answer>;
  return Number.isInteger(status) && typeof code === 'string';
}
