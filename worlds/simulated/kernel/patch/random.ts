import { createRequire } from 'node:module';
import { currentLife } from '../life.ts';
import type { RandomStream } from '../random.ts';
import { type Simulation, currentSimulation } from '../simulation.ts';
import { replace } from './define.ts';

const worldStreams = new WeakMap<Simulation, RandomStream>();

/** The stream of the running process; the world's own code draws from one of its own. */
function stream(kind: 'random' | 'entropy'): RandomStream | undefined {
  const simulation = currentSimulation();
  if (simulation === undefined) return undefined;
  const life = currentLife();
  if (life !== undefined) return life.options[kind];
  let own = worldStreams.get(simulation);
  if (own === undefined) worldStreams.set(simulation, (own = simulation.random('world')));
  return own;
}

type Bytes = ArrayBuffer | ArrayBufferView;

/** `Math.random` and the random sources of `node:crypto` and Web Crypto. Key generation and signatures stay native: inject test keys. */
export function patchRandom(): void {
  const crypto = createRequire(import.meta.url)('node:crypto') as typeof import('node:crypto');
  const native = {
    random: Math.random,
    fillSync: crypto.randomFillSync,
    int: crypto.randomInt as (min: number, max: number) => number,
  };

  const fill = <T extends Bytes>(target: T, offset = 0, size?: number): T => {
    const source = stream('entropy');
    if (source === undefined) {
      native.fillSync(target as NodeJS.ArrayBufferView, offset);
      return target;
    }
    const view = ArrayBuffer.isView(target)
      ? new Uint8Array(target.buffer, target.byteOffset, target.byteLength)
      : new Uint8Array(target);
    const end = size === undefined ? view.length : offset + size;
    for (let index = offset; index < end; index += 1) view[index] = source.bits() >>> 13;
    return target;
  };
  const bytes = (size: number, done?: (error: null, bytes: Buffer) => void): Buffer | undefined => {
    const result = fill(Buffer.alloc(size));
    if (done === undefined) return result;
    setImmediate(done, null, result);
    return undefined;
  };
  const uuid = (): string => {
    const raw = fill(Buffer.alloc(16));
    raw[6] = ((raw[6] as number) & 0x0f) | 0x40;
    raw[8] = ((raw[8] as number) & 0x3f) | 0x80;
    const hex = raw.toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  };
  const int = (...args: (number | ((error: null, value: number) => void) | undefined)[]): number | undefined => {
    const done = args.find((arg) => typeof arg === 'function');
    const [first = 0, second] = args.filter((arg) => typeof arg === 'number');
    const [min, max] = second === undefined ? [0, first] : [first, second];
    const source = stream('entropy');
    const value = source === undefined ? native.int(min, max) : min + Math.floor(source.next() * (max - min));
    if (done === undefined) return value;
    setImmediate(done, null, value);
    return undefined;
  };
  const fillLater = (target: Bytes, ...rest: unknown[]): void => {
    const done = rest.pop() as (error: null, target: Bytes) => void;
    fill(target, ...(rest as number[]));
    setImmediate(done, null, target);
  };

  replace(Math, 'random', () => stream('random')?.next() ?? native.random());
  for (const [name, value] of Object.entries({
    randomUUID: uuid,
    randomBytes: bytes,
    pseudoRandomBytes: bytes,
    randomFillSync: fill,
    randomFill: fillLater,
    randomInt: int,
  })) {
    replace(crypto, name, value);
  }
  const web = Object.getPrototypeOf(globalThis.crypto) as object;
  replace(web, 'getRandomValues', (target: Bytes) => fill(target));
  replace(web, 'randomUUID', uuid);
}
