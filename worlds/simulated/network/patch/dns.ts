import dns from 'node:dns';
import { replace } from '../../kernel/patch/define.ts';
import { currentNetwork } from '../network.ts';

interface LookupOptions {
  readonly all?: boolean;
}
type Found = { readonly address: string; readonly family: 4 };
type LookupDone = (error: NodeJS.ErrnoException | null, address?: string | Found[], family?: number) => void;

function unknownHost(host: string, syscall: string): NodeJS.ErrnoException {
  const message = `${syscall} ENOTFOUND ${host}`;
  return Object.assign(new Error(message), { code: 'ENOTFOUND', errno: -3008, syscall, hostname: host });
}

const addressesOf = (host: string): readonly string[] => currentNetwork()?.resolve(host) ?? [];

/** `dns.lookup` over the names of the run: an instance's own, or a component's, which has the addresses of all its instances. */
export function lookup(host: string, options: unknown, callback?: LookupDone): void {
  const done = (typeof options === 'function' ? options : callback) as LookupDone;
  const { all = false } = (typeof options === 'object' && options !== null ? options : {}) as LookupOptions;
  const found = addressesOf(host).map((address): Found => ({ address, family: 4 }));
  process.nextTick(() => {
    const [first] = found;
    if (first === undefined) done(unknownHost(host, 'getaddrinfo'));
    else if (all) done(null, found);
    else done(null, first.address, 4);
  });
}

/** `node:dns` and `node:dns/promises`: lookup, resolve4; other records are refused as unknown. */
export function patchDns(): void {
  const inRun = (): boolean => currentNetwork() !== undefined;
  const native = { lookup: dns.lookup, resolve4: dns.resolve4, promises: { ...dns.promises } };
  const pick = (own: (...args: never[]) => unknown, real: unknown) =>
    ((...args: never[]) => (inRun() ? own : (real as typeof own))(...args)) as unknown;
  const resolve4 = (
    host: string,
    options: unknown,
    callback?: (error: Error | null, found?: readonly string[]) => void,
  ): void => {
    const done = (typeof options === 'function' ? options : callback) as NonNullable<typeof callback>;
    const found = addressesOf(host);
    process.nextTick(() => (found.length === 0 ? done(unknownHost(host, 'queryA')) : done(null, found)));
  };
  const nothing = (host: string, ...rest: unknown[]): void => {
    const done = rest.at(-1) as (error: Error) => void;
    process.nextTick(() => done(unknownHost(host, 'query')));
  };
  replace(dns, 'lookup', pick(lookup, native.lookup));
  replace(dns, 'resolve4', pick(resolve4, native.resolve4));
  for (const name of [
    'resolve6',
    'resolveTxt',
    'resolveSrv',
    'resolveMx',
    'resolveCname',
    'resolveNs',
    'reverse',
  ] as const) {
    replace(dns, name, pick(nothing, dns[name]));
  }
  const lookupLater = async (host: string, options?: LookupOptions): Promise<unknown> => {
    const found = addressesOf(host).map((address): Found => ({ address, family: 4 }));
    if (found.length === 0) throw unknownHost(host, 'getaddrinfo');
    return options?.all ? found : found[0];
  };
  const resolveLater = async (host: string): Promise<readonly string[]> => {
    const found = addressesOf(host);
    if (found.length === 0) throw unknownHost(host, 'queryA');
    return found;
  };
  replace(dns.promises, 'lookup', pick(lookupLater, native.promises.lookup));
  replace(dns.promises, 'resolve4', pick(resolveLater, native.promises.resolve4));
  replace(dns.promises, 'resolveTxt', pick(resolveLater, native.promises.resolveTxt));
  replace(dns.promises, 'resolveSrv', pick(resolveLater, native.promises.resolveSrv));
}
