import { createHash } from 'node:crypto';

/**
 * A stream of randomness of its own for each name, from the run's seed: a decision more in one stream moves no other.
 * sfc32 over SHA-256 of seed and name; numbers in [0, 1).
 */
export function randomStream(seed: number, name: string): () => number {
  const state = new Int32Array(new Uint8Array(createHash('sha256').update(`${seed}\0${name}`).digest()).buffer, 0, 4);
  let [a = 0, b = 0, c = 0, counter = 0] = state;
  return () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 4_294_967_296;
  };
}
