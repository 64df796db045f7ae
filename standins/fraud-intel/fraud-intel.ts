/** What numbering tells of a tenant. */
export interface Signal {
  /** `RESERVATION_BURST`. */
  readonly signal: string;
  readonly tenantId: string;
  readonly ratePerMinute: number;
}

/** What requests are answered with in place of being carried out. */
export interface Answer {
  readonly status: number;
  readonly code: string;
  readonly methods?: readonly string[];
}

/** Published on `fraud.score.v1`. */
export interface Score {
  readonly eventId: string;
  readonly tenantId: string;
  /** From 0 to 100. */
  readonly score: number;
  readonly signal: string;
}

/** A score that suspends. */
const SUSPECTED = 97;

/** Suspects a tenant from its first RESERVATION_BURST on, and tells so once. */
export class FraudIntel {
  /** In the order in which they came. */
  readonly signals: (Signal & { readonly at: string })[] = [];
  answer: Answer | undefined;
  refused = 0;
  forwarded = 0;
  readonly #publish: (score: Score) => void;
  readonly #newId: () => string;
  readonly #suspected = new Set<string>();

  constructor(publish: (score: Score) => void, newId: () => string) {
    this.#publish = publish;
    this.#newId = newId;
  }

  take({ signal, tenantId, ratePerMinute }: Signal): void {
    this.forwarded += 1;
    this.signals.push({ signal, tenantId, ratePerMinute, at: new Date().toISOString() });
    if (signal !== 'RESERVATION_BURST' || this.#suspected.has(tenantId)) return;
    this.#suspected.add(tenantId);
    this.#publish({ eventId: this.#newId(), tenantId, score: SUSPECTED, signal });
  }
}
