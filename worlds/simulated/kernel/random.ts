/** A deterministic stream of randomness. */
export interface RandomStream {
  /** 32 random bits. */
  bits(): number;
  /** In [0, 1). */
  next(): number;
}

/** FNV-1a over text, mixed: names and numbers to 32 bits. */
export function hash32(text: string, seed = 0): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return mix(hash);
}

/** Finaliser of MurmurHash3: spreads neighbouring inputs. */
export function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * The stream called `name` of a run. Decisions that belong to different things draw from different streams, so that
 * removing one fault does not move the others. Generator: mulberry32, seeded by a hash because small seeds correlate.
 */
export function randomStream(seed: number, name: string): RandomStream {
  let state = hash32(name, mix(seed | 0));
  const bits = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return (value ^ (value >>> 14)) >>> 0;
  };
  return { bits, next: () => bits() / 4_294_967_296 };
}
