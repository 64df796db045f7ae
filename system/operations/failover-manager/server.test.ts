import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Server } from './server.ts';

const { clients, Client } = vi.hoisted(() => {
  interface Asked {
    readonly text: string;
    readonly reject: (error: Error) => void;
    readonly answer: (rows: object[]) => void;
  }
  /** As pg's: one statement at a time, each with its time limit, and `end` breaks off what is under way. */
  class FakeClient {
    readonly asked: Asked[] = [];
    ended = false;
    constructor() {
      clients.push(this);
    }
    on(): void {}
    async connect(): Promise<void> {
      await new Promise((resolve) => void setTimeout(resolve, 10));
    }
    query({ text, query_timeout }: { text: string; query_timeout: number }): Promise<{ rows: object[] }> {
      return new Promise((resolve, reject) => {
        this.asked.push({ text, reject, answer: (rows) => resolve({ rows }) });
        setTimeout(reject, query_timeout, new Error('Query read timeout'));
      });
    }
    async end(): Promise<void> {
      this.ended = true;
      for (const { reject } of this.asked) reject(new Error('Connection terminated'));
    }
  }
  const clients: FakeClient[] = [];
  return { clients, Client: FakeClient };
});
vi.mock('pg', () => ({ default: { Client } }));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  clients.length = 0;
});
afterEach(() => vi.useRealTimers());

test('a probe whose time is up does not break off a promotion', async () => {
  const server = new Server('b', 'postgres://b/x', 900);
  const probe = server.probe();
  await vi.advanceTimersByTimeAsync(500);
  const promotion = server.promote();
  await vi.advanceTimersByTimeAsync(500);
  expect(await probe).toBeUndefined();
  const telling = clients.find(({ asked }) => asked.some(({ text }) => text.includes('pg_promote')));
  expect(telling?.ended).toBe(false);
  telling?.asked[0]?.answer([{}]);
  expect(await promotion).toBeUndefined();
});

test('the answer to a promotion is not waited for longer than that to a probe', async () => {
  const server = new Server('b', 'postgres://b/x', 900);
  const promotion = server.promote();
  await vi.advanceTimersByTimeAsync(1000);
  expect(await promotion).toMatchObject({ message: 'Query read timeout' });
  expect(clients.every(({ ended }) => ended)).toBe(true);
});

test('of two connections that are made at once one is kept', async () => {
  const server = new Server('b', 'postgres://b/x', 900);
  const probes = [server.probe(), server.probe()];
  await vi.advanceTimersByTimeAsync(100);
  for (const { asked } of clients) asked[0]?.answer([]);
  await Promise.all(probes);
  expect(clients.map(({ ended }) => ended)).toEqual([false, true]);
});
