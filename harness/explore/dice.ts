import fc from 'fast-check';

type Generator = ReturnType<ReturnType<typeof fc.gen>['generate']>['value'];

/** What a case is drawn with: fast-check's generator, in words. */
export class Dice {
  readonly #g: Generator;

  constructor(g: Generator) {
    this.#g = g;
  }

  /** Both ends included. */
  integer(min: number, max: number): number {
    return this.#g(fc.integer, { min, max });
  }

  /** True once in so many times. */
  once(inTimes: number): boolean {
    return this.integer(1, inTimes) === 1;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.integer(0, from.length - 1)] as T;
  }

  /** Three of four, at least one. */
  some<T>(from: readonly T[]): readonly T[] {
    const kept = from.filter(() => !this.once(4));
    return kept.length > 0 ? kept : from;
  }

  of<T>(arbitrary: fc.Arbitrary<T>): T {
    return this.#g(() => arbitrary);
  }
}

/** Draws from a seed. Without fast-check's bias, which would put half of all instants and choices at an end of their range. */
export function drawn<T>(seed: number, draw: (dice: Dice) => T): T {
  const [value] = fc.sample(fc.noBias(fc.gen().map((g) => ({ value: draw(new Dice(g)) }))), { seed, numRuns: 1 });
  if (value === undefined) throw new Error('fast-check drew nothing');
  return value.value;
}
