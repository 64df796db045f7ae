import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { httpRuntime } from '../../../system/operations/supervisor/runtime.ts';
import { Engine, type Container } from './engine.ts';
import { taskRuntimeServer } from './server.ts';
import { Tasks } from './tasks.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function listen(server: Server, where: string | number): Promise<void> {
  await new Promise<void>((resolve) => {
    if (typeof where === 'string') server.listen(where, resolve);
    else server.listen(where, '127.0.0.1', resolve);
  });
  cleanups.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => server.closeAllConnections(),
  );
}

/** An engine that ignores the filters of a list, so that only the runtime's own check protects other runs. */
async function fakeEngine(containers: readonly Container[]) {
  const folder = mkdtempSync(join(tmpdir(), 'task-runtime-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const calls: string[] = [];
  const filters: unknown[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://engine');
    if (pathname === '/containers/json') {
      filters.push(JSON.parse(searchParams.get('filters') ?? '{}'));
      response.end(JSON.stringify(containers));
      return;
    }
    calls.push(pathname);
    // As slow as an engine is, so that two requests meet.
    setTimeout(() => response.writeHead(pathname.startsWith('/containers/broken/') ? 500 : 204).end(), 20);
  });
  const socket = join(folder, 'docker.sock');
  await listen(server, socket);
  return { folder, socket, calls, filters };
}

async function runtime(containers: readonly Container[]) {
  const engine = await fakeEngine(containers);
  const { folder } = engine;
  const server = taskRuntimeServer(new Tasks(new Engine(engine.socket), 'r1'), () => {}, folder);
  await listen(server, 0);
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { ...engine, base, client: httpRuntime(base, 2000) };
}

const container = (Id: string, State: string, labels: Record<string, string>, Status = ''): Container => ({
  Image: 'image',
  Id,
  State,
  Status,
  Labels: labels,
});
const task = (name: string): Record<string, string> => ({ 'org.faultline.run': 'r1', 'org.faultline.task': name });

test("the supervisor's own client reads the run's tasks, and nothing else", async () => {
  const { client, filters } = await runtime([
    container('b', 'exited', task('b'), 'Exited (137) 2 seconds ago'),
    container('a', 'running', { ...task('a'), 'org.faultline.liveness': 'http://a:8080/health/live' }),
    container('c', 'running', { 'org.faultline.run': 'r2', 'org.faultline.task': 'c' }),
    container('d', 'running', { 'org.faultline.run': 'r1' }),
  ]);
  expect(await client.tasks()).toEqual([
    { name: 'a', state: 'running', exitCode: null, livenessUrl: 'http://a:8080/health/live' },
    { name: 'b', state: 'exited', exitCode: 137, livenessUrl: null },
  ]);
  expect(filters).toEqual([{ label: ['org.faultline.run=r1', 'org.faultline.task'] }]);
});

test('a running task is restarted, a paused one is killed first', async () => {
  const { client, calls } = await runtime([
    container('a', 'running', task('runs')),
    container('b', 'paused', task('hangs')),
  ]);
  await client.restart('runs');
  await client.restart('hangs');
  expect(calls).toEqual(['/containers/a/restart', '/containers/b/kill', '/containers/b/wait', '/containers/b/restart']);
});

test('two requests at once restart a task once', async () => {
  const { client, calls } = await runtime([container('a', 'running', task('runs'))]);
  await Promise.all([client.restart('runs'), client.restart('runs')]);
  expect(calls).toEqual(['/containers/a/restart']);
});

test("another run's container is an unknown task, and is not touched", async () => {
  const { client, calls } = await runtime([
    container('c', 'running', { 'org.faultline.run': 'r2', 'org.faultline.task': 'c' }),
  ]);
  await expect(client.restart('c')).rejects.toMatchObject({ status: 404 });
  expect(calls).toEqual([]);
});

test("an engine's refusal is an answer of the runtime, not its end", async () => {
  const { client, base } = await runtime([container('broken', 'running', task('broken'))]);
  await expect(client.restart('broken')).rejects.toMatchObject({ status: 502 });
  expect((await fetch(`${base}/health/live`)).status).toBe(200);
});

test('a server is made anew as a standby where the label of another of its set says, and no other', async () => {
  const server = { 'org.faultline.run': 'r1', 'com.docker.compose.service': 'postgres' };
  const { base, calls, folder } = await runtime([
    container('p', 'running', { ...server, 'org.faultline.replicates.postgres-mzr': 'toxiproxy:20001' }),
  ]);
  const rebuild = (standbyOf: string): Promise<Response> =>
    fetch(`${base}/v1/tasks/postgres:rebuild`, { method: 'POST', body: JSON.stringify({ standbyOf }) });
  expect((await rebuild('redis')).status).toBe(409);
  expect(calls).toEqual([]);
  const rebuilt = rebuild('postgres-mzr');
  const request = join(folder, '.standby-postgres');
  await vi.waitFor(() => expect(calls).toContain('/containers/p/start'));
  expect(readFileSync(request, 'utf8')).toBe('toxiproxy 20001\n');
  // The server has its copy.
  rmSync(request);
  expect((await rebuilt).status).toBe(200);
  expect(calls).toEqual(['/containers/p/kill', '/containers/p/wait', '/containers/p/start']);
});
