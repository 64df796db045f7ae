import { InvalidArgumentError } from 'commander';
import { availableParallelism } from 'node:os';
import { parseDuration } from '../../catalogue/index.ts';
import { UsageError } from './usage-error.ts';

/** Options that several commands share, as commander gives them. */
export interface RunOptions {
  readonly seed: number;
  /** Default: that of the world. */
  readonly jobs?: number;
  readonly world: string;
  /** Default: that of the world. A row may have a smaller one of its own. */
  readonly speed?: number;
  readonly system?: string;
  readonly runsDir: string;
  /** Seconds. Default: that of the world. */
  readonly wallLimit?: number;
  readonly bail?: boolean;
  readonly abortOn?: string;
  readonly json?: boolean;
  readonly trace?: boolean;
}

/** What a world's runs are begun with. */
export interface Pace {
  /** Runs at the same time, a process each. */
  readonly jobs: number;
  /** Real time that one run may take, seconds. */
  readonly wallLimit: number;
  readonly speed: number;
}

const SIMULATED: Pace = {
  // Every core, but no more than four: each child has a database of its own.
  jobs: Math.min(4, availableParallelism()),
  // The longest run of a row takes a minute on two idle cores.
  wallLimit: 300,
  speed: 1,
};

/** Real time: one deployment for all runs. NUM-10 takes a quarter of an hour of the document's time. */
const DEPLOYED: Pace = { jobs: 1, wallLimit: 900, speed: 10 };

/** The defaults of `--wall-limit`, for its help. */
export const WALL_LIMITS = `${SIMULATED.wallLimit}, or ${DEPLOYED.wallLimit} where it is deployed`;

/** The pace asked for, or else the world's. @throws UsageError where the world cannot keep it */
export function paceOf(options: Pick<RunOptions, 'world' | 'jobs' | 'wallLimit' | 'speed'>): Pace {
  const real = options.world === 'deployed';
  const { jobs, wallLimit, speed } = real ? DEPLOYED : SIMULATED;
  const pace = {
    jobs: options.jobs ?? jobs,
    speed: options.speed ?? speed,
    wallLimit: options.wallLimit ?? (real ? Math.ceil((wallLimit * speed) / (options.speed ?? speed)) : wallLimit),
  };
  if (!real && pace.speed !== 1)
    throw new UsageError(`--speed is for --world deployed: time is virtual in the world ${options.world}`);
  if (real && pace.jobs !== 1) throw new UsageError('--jobs: the deployed world does one run at a time');
  return pace;
}

/** Real time that an exploration has, ms. @throws UsageError where the text is no duration */
export function budgetOf(text: string): number {
  const budgetMs = parseDuration(text);
  if (budgetMs === undefined || budgetMs <= 0)
    throw new UsageError(`--budget ${text}: expected a duration such as 90s or 2m`);
  return budgetMs;
}

/** Parses a whole number of at least `min` for an option. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < min)
      throw new InvalidArgumentError(`expected a whole number of at least ${min}`);
    return value;
  };
}
