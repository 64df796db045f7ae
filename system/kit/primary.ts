/** Which of several PostgreSQL servers takes writes, as the failover manager says, under a lease: who has not heard from it lately must not write. */
import { z } from 'zod';
import { milliseconds, url } from './config.ts';
import type { Logger } from './logging.ts';

/** `name=url, name=url`: PostgreSQL servers by the failover manager's names for them. */
export function namedUrls(example = 'postgres=postgres://…, postgres-mzr=postgres://…') {
  return z
    .string()
    .transform((text, context): ReadonlyMap<string, string> => {
      const found = new Map<string, string>();
      for (const part of text.split(',').map((item) => item.trim())) {
        const at = part.indexOf('=');
        if (at < 1 || !URL.canParse(part.slice(at + 1))) {
          context.issues.push({ code: 'custom', input: text, message: `must be like ${example}` });
          return z.NEVER;
        }
        found.set(part.slice(0, at).trim(), part.slice(at + 1).trim());
      }
      return found;
    })
    .optional();
}

/** Environment of a service that follows the primary. Without `FAILOVER_MANAGER_URL` it stays at `DATABASE_URL`. */
export const primaryConfig = {
  FAILOVER_MANAGER_URL: url(['http'], 'http://failover-manager:8095').optional(),
  DATABASE_CANDIDATES: namedUrls(),
  PRIMARY_LEASE_MS: milliseconds(5000),
  PRIMARY_POLL_MS: milliseconds(1000),
  PRIMARY_TIMEOUT_MS: milliseconds(1000),
};

export interface PrimaryOptions {
  readonly FAILOVER_MANAGER_URL?: string | undefined;
  readonly DATABASE_CANDIDATES?: ReadonlyMap<string, string> | undefined;
  readonly PRIMARY_LEASE_MS: number;
  readonly PRIMARY_POLL_MS: number;
  readonly PRIMARY_TIMEOUT_MS: number;
}

/** Nobody may be written to now: the manager was not heard within the lease, or has no primary. */
export class NoPrimaryError extends Error {
  override readonly name = 'NoPrimaryError';
  readonly code = 'ENOPRIMARY';
}

const answerSchema = z.object({ term: z.number().int(), primary: z.string().nullable() });

/** Asks the failover manager again and again. */
export class PrimaryLocator {
  readonly #options: PrimaryOptions & { readonly FAILOVER_MANAGER_URL: string };
  readonly #log: Logger;
  readonly #onChange: (primary: string | undefined) => void;
  #timer: NodeJS.Timeout | undefined;
  #primary: string | undefined;
  #term = 0;
  #leaseEnds = Number.NEGATIVE_INFINITY;

  /** @param onChange is told of each new primary; undefined: there is none now */
  constructor(
    options: PrimaryOptions & { readonly FAILOVER_MANAGER_URL: string },
    log: Logger,
    onChange: (primary: string | undefined) => void,
  ) {
    this.#options = options;
    this.#log = log;
    this.#onChange = onChange;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#ask(), this.#options.PRIMARY_POLL_MS);
    void this.#ask();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** @throws NoPrimaryError */
  get primary(): string {
    if (this.#primary === undefined) throw new NoPrimaryError('There is no primary now.');
    if (performance.now() > this.#leaseEnds) {
      throw new NoPrimaryError('The failover manager was not heard within the lease.');
    }
    return this.#primary;
  }

  async #ask(): Promise<void> {
    // The lease counts from the question: the manager may have changed its mind right after the answer.
    const askedAt = performance.now();
    try {
      const { FAILOVER_MANAGER_URL: base, PRIMARY_TIMEOUT_MS, PRIMARY_LEASE_MS } = this.#options;
      const response = await fetch(new URL('/v1/primary', base), { signal: AbortSignal.timeout(PRIMARY_TIMEOUT_MS) });
      const { term, primary } = answerSchema.parse(await response.json());
      if (!response.ok || term < this.#term) return;
      this.#term = term;
      this.#leaseEnds = Math.max(this.#leaseEnds, askedAt + PRIMARY_LEASE_MS);
      if (primary === (this.#primary ?? null)) return;
      this.#primary = primary ?? undefined;
      this.#log.info({ term, primary }, 'the primary has changed');
      this.#onChange(this.#primary);
    } catch (error) {
      this.#log.debug({ err: error }, 'the failover manager did not say who is primary');
    }
  }
}
