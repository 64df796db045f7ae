import fc from 'fast-check';

/** Numbers that all clients fight for: few, so that they meet. */
const FOUGHT_FOR = 6;
/** After them come those that are hardly ever asked for. */
export const APART = Array.from({ length: 12 }, (_, n) => FOUGHT_FOR + n);
export const NUMBERS = FOUGHT_FOR + APART.length;
/** One draw in about so many is of the latter. */
const SELDOM = 12;

/** Shrinks as a natural number does, whoever drew it. */
export const number = fc.nat({ max: APART.length * SELDOM - 1 }).map(
  (drawn) => (drawn < APART.length ? FOUGHT_FOR + drawn : drawn % FOUGHT_FOR),
  (value) => {
    const known = typeof value === 'number' && value >= 0 && value < NUMBERS;
    if (!known) throw new Error(`no number ${String(value)}`);
    return value < FOUGHT_FOR ? APART.length + value : value - FOUGHT_FOR;
  },
);
