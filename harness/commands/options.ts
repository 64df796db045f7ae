import { InvalidArgumentError } from 'commander';
import { availableParallelism } from 'node:os';

/** Options that several commands share, as commander gives them. */
export interface RunOptions {
  readonly seed: number;
  readonly jobs: number;
  readonly world: string;
  readonly system?: string;
  readonly runsDir: string;
  readonly wallLimit: number;
  readonly bail?: boolean;
  readonly json?: boolean;
  readonly trace?: boolean;
}

/** Every core, but no more than four: each child has a database of its own. */
export const DEFAULT_JOBS = Math.min(4, availableParallelism());

/** Parses a whole number of at least `min` for an option. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < min)
      throw new InvalidArgumentError(`expected a whole number of at least ${min}`);
    return value;
  };
}
