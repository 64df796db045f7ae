import { hash32, mix } from '../../simulated/kernel/random.ts';

/** A stream of randomness of its own for each name, from the run's seed; numbers in [0, 1). */
export function randomStream(seed: number, name: string): () => number {
  let n = 0;
  return () => mix(hash32(name, seed) ^ mix((n += 1))) / 2 ** 32;
}
