/** Prometheus' HTTP API, as far as the monitoring of a run asks it. Instants are ms of the epoch. */

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** Instant and value, oldest first. */
  readonly values: readonly (readonly [at: number, value: number])[];
}

export interface RuleState {
  /** Of the group that was evaluated last; undefined before the first evaluation. */
  readonly lastEvaluation: number | undefined;
  /** Annotations of each active alert, by its labels as JSON. */
  readonly annotations: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

interface Answer<T> {
  readonly status: 'success' | 'error';
  readonly data: T;
  readonly error?: string;
}

type Pair = readonly [seconds: number, value: string];

interface QueryData {
  readonly resultType: 'scalar' | 'vector' | 'matrix';
  readonly result: Pair | readonly { metric: Record<string, string>; value?: Pair; values?: readonly Pair[] }[];
}

interface RulesData {
  readonly groups: readonly {
    readonly lastEvaluation: string;
    readonly rules: readonly { readonly alerts?: readonly ActiveAlert[] }[];
  }[];
}

interface TargetsData {
  /** Of one that was never scraped: the year 1. */
  readonly activeTargets: readonly { readonly lastScrape: string }[];
}

interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const TIMEOUT_MS = 5000;
/** An answer tells of instants, and is as true when it comes late: a machine that stands still for some seconds breaks off no run. Real time. */
const PATIENCE_MS = 20_000;

export class Prometheus {
  readonly #base: string;

  constructor(port: number) {
    this.#base = `http://127.0.0.1:${port}`;
  }

  async query(query: string, time: number): Promise<readonly Sample[]> {
    return samples(await this.#get<QueryData>('query', { query, time: seconds(time) }));
  }

  async range(query: string, from: number, to: number, step: number): Promise<readonly Sample[]> {
    const parameters = { query, start: seconds(from), end: seconds(to), step: seconds(step) };
    return samples(await this.#get<QueryData>('query_range', parameters));
  }

  async rules(): Promise<RuleState> {
    const { groups } = await this.#get<RulesData>('rules', { type: 'alert' });
    const evaluations = groups.map((group) => Date.parse(group.lastEvaluation)).filter((at) => at > 0);
    const active = groups.flatMap((group) => group.rules.flatMap(({ alerts = [] }) => alerts));
    return {
      lastEvaluation: evaluations.length === 0 ? undefined : Math.min(...evaluations),
      annotations: new Map(active.map(({ labels, annotations }) => [labelKey(labels), annotations])),
    };
  }

  /**
   * Whether it has scraped so many targets, each at least once. It takes its targets up to 5 s after it is ready itself, and until then no alert stands
   * whatever happens: a counter that has risen by its first scrape has risen by nothing.
   */
  async watches(targets: number): Promise<boolean> {
    try {
      const answer = await fetch(`${this.#base}/api/v1/targets?state=active`, {
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const { data } = (await answer.json()) as Answer<TargetsData>;
      const scraped = data.activeTargets.filter(({ lastScrape }) => Date.parse(lastScrape) > 0);
      return scraped.length >= targets;
    } catch {
      return false;
    }
  }

  async #get<T>(path: string, parameters: Readonly<Record<string, string>>): Promise<T> {
    const url = `${this.#base}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`;
    const answer = await this.#answer<T>(url);
    if (answer.status !== 'success')
      throw new Error(`Prometheus: ${answer.error ?? 'no reason'} (${parameters['query']})`);
    return answer.data;
  }

  async #answer<T>(url: string): Promise<Answer<T>> {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
      return (await answer.json()) as Answer<T>;
    } catch (error) {
      throw new Error(`Prometheus did not answer within ${PATIENCE_MS / 1000} s, or not in JSON: ${url}`, {
        cause: error,
      });
    }
  }
}

/** One text for one set of labels. */
export function labelKey(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function samples({ resultType, result }: QueryData): readonly Sample[] {
  const pair = ([at, value]: Pair): readonly [number, number] => [at * 1000, numberOf(value)];
  if (resultType === 'scalar') return [{ labels: {}, values: [pair(result as Pair)] }];
  return (result as Exclude<QueryData['result'], Pair>).map(({ metric, value, values }) => ({
    labels: metric,
    values: value === undefined ? (values ?? []).map(pair) : [pair(value)],
  }));
}

/** `+Inf` and `-Inf` as Prometheus writes them. */
function numberOf(text: string): number {
  return text.endsWith('Inf') ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text);
}
