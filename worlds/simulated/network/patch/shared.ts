import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';
import { type Life, currentLife } from '../../kernel/life.ts';
import { replace } from '../../kernel/patch/define.ts';
import { afterRun } from '../after-run.ts';

/** Where undici, the package and Node's own, keeps the dispatcher that fetch uses. */
const DISPATCHERS = [Symbol.for('undici.globalDispatcher.1'), Symbol.for('undici.globalDispatcher.2')];
const split = new WeakSet<object>();

/** A value for each life in place of one for the whole process. */
function slot<T>(key: symbol, life: Life, make: () => T): T {
  if (!life.slots.has(key)) life.slots.set(key, make());
  return life.slots.get(key) as T;
}

/**
 * undici's global dispatcher: fetch of one process must not travel on another's connections. The property cannot be
 * redefined once it is there, only assigned: what stands in it routes to an agent of the running process.
 */
function splitDispatcher(symbol: symbol): void {
  const shared = Reflect.get(globalThis, symbol) as Dispatcher | undefined;
  if (shared === undefined || split.has(shared)) return;
  const newest = Reflect.get(globalThis, DISPATCHERS.at(-1) as symbol) as Dispatcher;
  // Where the package is loaded before Node's own, what stands for the older one is a wrapper about the newer.
  const made = (): object =>
    shared.constructor.length > 0 ? new shared.constructor(new newest.constructor()) : new shared.constructor();
  const own = (): object => {
    const life = currentLife();
    return life === undefined ? shared : slot(symbol, life, made);
  };
  const router = new Proxy(shared, {
    get(_, key) {
      const agent = own();
      const value = Reflect.get(agent, key) as unknown;
      return typeof value === 'function' && key !== 'constructor' ? (value.bind(agent) as unknown) : value;
    },
  });
  split.add(router);
  Reflect.set(globalThis, symbol, router);
}

type Dispatcher = object & { constructor: new (wrapped?: object) => object };

interface SubchannelPool {
  getOrCreateSubchannel(...args: unknown[]): unknown;
}

/** grpc-js keeps its subchannels for the whole process: without this a call travels on another process's connection. */
function splitGrpcPools(require: NodeJS.Require): void {
  for (const [file, module] of Object.entries(require.cache)) {
    if (module === undefined || !file.endsWith('@grpc/grpc-js/build/src/subchannel-pool.js')) continue;
    const { SubchannelPool } = module.exports as {
      SubchannelPool: { new (): SubchannelPool; prototype: SubchannelPool };
    };
    const key = Symbol.for(`faultline:${file}`);
    const native = SubchannelPool.prototype.getOrCreateSubchannel;
    if (Reflect.get(native, key)) continue;
    const apart = function apart(this: SubchannelPool, ...args: unknown[]): unknown {
      const life = currentLife();
      const pool = life === undefined ? this : slot(key, life, () => new SubchannelPool());
      return native.apply(pool, args);
    };
    Reflect.set(apart, key, true);
    replace(SubchannelPool.prototype, 'getOrCreateSubchannel', apart);
  }
}

/** grpc-js registers every channel and server for its debugging service until it is closed, which a killed process does not do. */
function forgetChannelz(require: NodeJS.Require): void {
  for (const [file, module] of Object.entries(require.cache)) {
    if (module === undefined || !file.endsWith('@grpc/grpc-js/build/src/channelz.js')) continue;
    const channelz = module.exports as Record<string, (...args: unknown[]) => unknown>;
    const key = Symbol.for(`faultline:${file}`);
    if (Reflect.get(channelz, key)) continue;
    Reflect.set(channelz, key, true);
    for (const name of ['Channel', 'Subchannel', 'Server', 'Socket'].map((kind) => `registerChannelz${kind}`)) {
      const native = channelz[name] as (...args: unknown[]) => unknown;
      channelz[name] = (...args) => {
        const ref = native(...args);
        afterRun(() => channelz['unregisterChannelzRef']?.(ref));
        return ref;
      };
    }
  }
}

interface InterceptedFiles {
  interceptFile(file: string, contents: string): void;
}

/** AWS clients look into `~/.aws`: that of the developer's machine is not the simulated one's, which has none. */
function hideAwsFiles(require: NodeJS.Require): void {
  for (const [file, module] of Object.entries(require.cache)) {
    if (module === undefined || !file.endsWith('@smithy/core/dist-cjs/submodules/config/index.js')) continue;
    const { externalDataInterceptor } = module.exports as { externalDataInterceptor: InterceptedFiles };
    for (const name of ['config', 'credentials'])
      externalDataInterceptor.interceptFile(path.join(homedir(), '.aws', name), '');
  }
}

interface Nuid {
  next(): string;
}

/** NATS' clients number their inboxes from one state for the whole process: it would go on from run to run. */
function splitNuid(require: NodeJS.Require): void {
  for (const [file, module] of Object.entries(require.cache)) {
    if (module === undefined || !file.endsWith('@nats-io/nuid/lib/nuid.js')) continue;
    const { NuidImpl } = module.exports as { NuidImpl: { new (): Nuid; prototype: Nuid } };
    const key = Symbol.for(`faultline:${file}`);
    const native = NuidImpl.prototype.next;
    if (Reflect.get(native, key)) continue;
    const apart = function apart(this: Nuid): string {
      const life = currentLife();
      return native.call(life === undefined ? this : slot(key, life, () => new NuidImpl()));
    };
    Reflect.set(apart, key, true);
    replace(NuidImpl.prototype, 'next', apart);
  }
}

/** What packages keep for the whole process, made one for each simulated process. Call again when packages have been loaded. */
export function splitShared(): void {
  void globalThis.Response; // Node makes its own dispatcher on the first use of fetch
  for (const symbol of DISPATCHERS) splitDispatcher(symbol);
  const require = createRequire(import.meta.url);
  splitGrpcPools(require);
  forgetChannelz(require);
  splitNuid(require);
  hideAwsFiles(require);
}

/** undici ends unread response bodies when the collector likes: that moment must not exist. Before any package is loaded. */
export function stubFinalization(): void {
  class Never {
    register(): void {}
    unregister(): boolean {
      return false;
    }
  }
  replace(globalThis, 'FinalizationRegistry', Never);
}
