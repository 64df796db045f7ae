import fs from 'node:fs';
import { createRequire } from 'node:module';
import { type Life, currentLife } from '../life.ts';
import { real } from '../real.ts';
import { ProcessExit } from '../simulation.ts';
import { replace, replaceGetter } from './define.ts';

/** Events of `process` that belong to one simulated process. */
const OWN_EVENTS = new Set<PropertyKey>([
  'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGQUIT', 'SIGBREAK', 'SIGWINCH',
  'exit', 'beforeExit', 'uncaughtException', 'uncaughtExceptionMonitor', 'unhandledRejection', 'warning', 'message', 'disconnect',
]); // prettier-ignore

function exit(code?: number | string): never {
  const life = currentLife();
  if (life === undefined) return real.exit(code);
  const status = Number(code ?? process.exitCode ?? life.exitCode ?? 0);
  process.exitCode = undefined;
  if (life.alive) {
    life.exitCode = status;
    life.signals.emit('exit', status);
    life.end({ code: status, signal: undefined });
  }
  // It must not return; whoever catches it runs in a dead life, whose effects are dropped.
  throw new ProcessExit(`process.exit(${status})`);
}

/** Routes `process.on` and its family to the running process. Not `emit`: Node itself reports uncaught errors by it. */
function patchEvents(): void {
  const names = ['on', 'once', 'off', 'addListener', 'removeListener', 'prependListener', 'prependOnceListener',
    'removeAllListeners', 'listeners', 'listenerCount', 'rawListeners'] as const; // prettier-ignore
  for (const name of names) {
    const native = (process[name] as (...args: unknown[]) => unknown).bind(process);
    replace(process, name, (...args: unknown[]): unknown => {
      const life = currentLife();
      if (life === undefined || !OWN_EVENTS.has(args[0] as PropertyKey)) return native(...args);
      const result = (life.signals[name] as (...args: unknown[]) => unknown)(...args);
      return result === life.signals ? process : result;
    });
  }
}

function kill(pid: number, signal: string | number = 'SIGTERM'): true {
  const life = currentLife();
  if (life === undefined) return real.kill(pid, signal);
  if (pid !== life.options.pid) throw Object.assign(new Error('kill ESRCH'), { code: 'ESRCH', syscall: 'kill' });
  if (signal === 0 || life.signals.emit(String(signal), signal)) return true;
  life.end({ code: undefined, signal: String(signal) });
  throw new ProcessExit(`killed itself by ${signal}`);
}

/** What is written to descriptors 1 and 2, by pino too (past process.stdout), goes to the process's log. */
function patchOutput(): void {
  const text = (chunk: unknown): string =>
    typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString('utf8');
  replace(fs, 'writeSync', (fd: number, data: unknown, ...rest: unknown[]): number => {
    const life = currentLife();
    if (life === undefined || (fd !== 1 && fd !== 2))
      return (real.writeSync as (...args: unknown[]) => number)(fd, data, ...rest);
    life.write(text(data));
    return typeof data === 'string' ? Buffer.byteLength(data) : (data as Uint8Array).byteLength;
  });
  for (const [stream, write] of [
    [process.stdout, real.stdoutWrite],
    [process.stderr, real.stderrWrite],
  ] as const) {
    replace(stream, 'write', (chunk: unknown, encoding?: unknown, done?: unknown): boolean => {
      const life = currentLife();
      if (life === undefined) return (write as (...args: unknown[]) => boolean)(chunk, encoding, done);
      life.write(text(chunk));
      const callback = typeof encoding === 'function' ? encoding : done;
      if (typeof callback === 'function') process.nextTick(callback);
      return true;
    });
  }
}

function patchEnvironment(): void {
  const of = (): Record<string, string | undefined> => currentLife()?.env ?? real.env;
  const proxy = new Proxy(real.env, {
    get: (_, key) => (typeof key === 'string' ? of()[key] : undefined),
    has: (_, key) => key in of(),
    set: (_, key, value) => {
      of()[String(key)] = String(value);
      return true;
    },
    deleteProperty: (_, key) => Reflect.deleteProperty(of(), key),
    ownKeys: () => Reflect.ownKeys(of()),
    getOwnPropertyDescriptor: (_, key) => {
      const value = of()[String(key)];
      return value === undefined ? undefined : { value, configurable: true, enumerable: true, writable: true };
    },
    defineProperty: (_, key, descriptor) => Reflect.defineProperty(of(), key, { ...descriptor, configurable: true }),
  });
  replace(process, 'env', proxy);
}

/** A figure that real processes read from the machine; a simulated one reads a constant, so that it cannot differ between runs. */
const MEMORY = {
  rss: 100_000_000,
  heapTotal: 60_000_000,
  heapUsed: 40_000_000,
  external: 2_000_000,
  arrayBuffers: 1_000_000,
};

/** `process` as one simulated process sees it: environment, arguments, exit, signals, output. */
export function patchProcess(): void {
  const require = createRequire(import.meta.url);
  const os = require('node:os') as typeof import('node:os');
  const own = <A extends unknown[], T>(
    read: (life: Life) => T,
    native: T | ((...args: A) => T),
  ): ((...args: A) => T) => {
    const fallback = native as (...args: A) => T;
    return (...args) => {
      const life = currentLife();
      if (life !== undefined) return read(life);
      return typeof native === 'function' ? fallback(...args) : native;
    };
  };
  patchEnvironment();
  patchEvents();
  patchOutput();
  replace(process, 'exit', exit);
  replace(process, 'kill', kill);
  replaceGetter(
    process,
    'pid',
    own((life) => life.options.pid, real.pid),
  );
  const argv = process.argv;
  replaceGetter(
    process,
    'argv',
    own<[], readonly string[]>((life) => life.options.argv, argv),
    (value) => argv.splice(0, argv.length, ...(value as string[])),
  );
  replace(
    process,
    'memoryUsage',
    Object.assign(
      own(() => MEMORY, real.memoryUsage),
      {
        rss: own(
          () => MEMORY.rss,
          () => real.memoryUsage.rss(),
        ),
      },
    ),
  );
  replace(
    process,
    'cpuUsage',
    own(() => ({ user: 0, system: 0 }), process.cpuUsage.bind(process)),
  );
  replace(
    process,
    'resourceUsage',
    own(() => ({}) as NodeJS.ResourceUsage, process.resourceUsage.bind(process)),
  );
  replace(
    os,
    'hostname',
    own((life) => life.name, os.hostname.bind(os)),
  );
}
