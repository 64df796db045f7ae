import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, expect, test } from 'vitest';
import { Backoff } from './backoff.ts';
import { supervisorConfig } from './config.ts';
import { httpRuntime, RuntimeError, type Task } from './runtime.ts';
import { Supervisor } from './supervisor.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A task runtime and the liveness probes of its tasks on one port. */
async function runtime() {
  const tasks = new Map<string, Task & { live: number }>();
  const restarted: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    const restart = /^\/v1\/tasks\/(.+):restart$/.exec(decodeURIComponent(pathname));
    const probe = /^\/live\/(.+)$/.exec(pathname);
    const task = tasks.get(restart?.[1] ?? probe?.[1] ?? '');
    if (pathname === '/v1/tasks') response.end(JSON.stringify({ tasks: [...tasks.values()] }));
    else if (task === undefined) response.writeHead(404).end('{}');
    else if (probe !== null) response.writeHead(task.live).end('{}');
    else {
      restarted.push(task.name);
      tasks.set(task.name, { ...task, state: 'running', live: 200 });
      response.end('{}');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => server.closeAllConnections(),
  );
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const add = (name: string, state = 'running'): void => {
    tasks.set(name, { name, state, livenessUrl: `${base}/live/${name}`, live: 200 });
  };
  return { base, tasks, restarted, add };
}

function supervise(base: string, env: Record<string, string> = {}) {
  const registry = new Registry();
  const config = supervisorConfig({ TASK_RUNTIME_URL: base, PROBE_FAILURES: '2', ...env });
  return { registry, supervisor: new Supervisor(config, httpRuntime(base, 1000), pino({ level: 'silent' }), registry) };
}

test('a task that has exited is restarted at the next poll, and not again before its back-off', async () => {
  const world = await runtime();
  world.add('svc', 'exited');
  const { supervisor, registry } = supervise(world.base);
  await supervisor.poll();
  expect(world.restarted).toEqual(['svc']);
  world.add('svc', 'exited');
  await supervisor.poll();
  expect(world.restarted).toEqual(['svc']);
  expect(await registry.metrics()).toContain('supervisor_restarts_total{task="svc",reason="exited"} 1');
});

test('a task that is not live is reported and left alone by default', async () => {
  const world = await runtime();
  world.add('job');
  const { supervisor, registry } = supervise(world.base);
  await supervisor.poll();
  world.tasks.get('job')!.live = 503;
  await supervisor.probe();
  expect(supervisor.tasks()[0]).toMatchObject({ probeFailures: 1, live: undefined });
  await supervisor.probe();
  expect(supervisor.tasks()[0]).toMatchObject({ probeFailures: 2, live: false });
  expect(await registry.metrics()).toContain('supervisor_task_live{task="job"} 0');
  expect(world.restarted).toEqual([]);
});

test('a task whose action is restart is restarted once its probe has failed often enough', async () => {
  const world = await runtime();
  world.add('job');
  world.add('svc');
  const { supervisor } = supervise(world.base, { LIVENESS_ACTION: 'report,svc=restart' });
  await supervisor.poll();
  for (const task of world.tasks.values()) task.live = 503;
  await supervisor.probe();
  expect(world.restarted).toEqual([]);
  await supervisor.probe();
  expect(world.restarted).toEqual(['svc']);
});

test('an operator restarts at once, whatever the back-off says; an unknown task is 404', async () => {
  const world = await runtime();
  world.add('job');
  const { supervisor } = supervise(world.base);
  await supervisor.poll();
  await supervisor.restart('job', 'operator');
  await supervisor.restart('job', 'operator');
  expect(world.restarted).toEqual(['job', 'job']);
  await expect(supervisor.restart('nothing', 'operator')).rejects.toMatchObject({
    status: 404,
  } satisfies Partial<RuntimeError>);
});

test('a runtime that does not answer is counted and does not end the supervisor', async () => {
  const { supervisor, registry } = supervise('http://127.0.0.1:1');
  await supervisor.poll();
  expect(await registry.metrics()).toContain('supervisor_runtime_errors_total 1');
});

test('the back-off doubles to its limit and is forgotten after quiet time', () => {
  const backoff = new Backoff({ firstMs: 1000, maxMs: 3000, resetMs: 60_000 });
  const waits: number[] = [];
  let now = 0;
  for (let i = 0; i < 4; i += 1) {
    const from = now;
    while (!backoff.may(now)) now += 100;
    waits.push(now - from);
    backoff.made(now);
  }
  expect(waits).toEqual([0, 1000, 2000, 3000]);
  expect(backoff.may(now + 2900)).toBe(false);
  now += 60_000;
  backoff.made(now);
  expect([backoff.may(now + 900), backoff.may(now + 1000)]).toEqual([false, true]);
});

test.each([
  ['restart', 'restart', 'restart'],
  ['report,svc=restart', 'report', 'restart'],
  ['svc=restart', 'report', 'restart'],
])('LIVENESS_ACTION %s', (text, fallback, ofSvc) => {
  const { LIVENESS_ACTION: actions } = supervisorConfig({ TASK_RUNTIME_URL: 'http://x', LIVENESS_ACTION: text });
  expect([actions.fallback, actions.byTask.get('svc') ?? actions.fallback]).toEqual([fallback, ofSvc]);
});

test('a wrong LIVENESS_ACTION is refused', () => {
  expect(() => supervisorConfig({ TASK_RUNTIME_URL: 'http://x', LIVENESS_ACTION: 'svc=reboot' })).toThrow(
    /LIVENESS_ACTION must be report or restart/,
  );
});
