import fs from 'node:fs';
import http from 'node:http';
import type { AlertChange, MetricPoint, Metrics } from '../../../contract/index.ts';
import type { Simulation } from '../kernel/simulation.ts';
import { RuleEngine } from '../prometheus/engine.ts';
import { parseExposition } from '../prometheus/exposition.ts';
import { evaluate, parseQuery, type Query } from '../prometheus/promql.ts';
import { type RuleFile, loadRules, withoutAlert } from '../prometheus/rules.ts';
import { SeriesStore } from '../prometheus/store.ts';
import { httpCall } from './http-call.ts';
import type { Outside } from './outside.ts';

/** Scrapes and rule evaluations, ms: the catalogue's figure ("every 2 s or faster"). */
export const INTERVAL_MS = 2000;
/** Rules are evaluated this long after the scrapes began, when their answers are in. */
const EVALUATION_OFFSET_MS = 500;
const SCRAPE_TIMEOUT_MS = 1500;

export interface Target {
  readonly job: string;
  /** Host and port. */
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

export interface MonitoringOptions {
  readonly simulation: Simulation;
  readonly outside: Outside;
  readonly targets: readonly Target[];
  /** Paths of Prometheus rule files. */
  readonly ruleFiles: readonly string[];
  /** Sabotage: this alert is taken out. */
  readonly removedAlert?: string;
  /** Nothing is scraped before `begin`. */
  readonly whenAsked?: boolean;
}

const read = new Map<string, { readonly text: string; readonly rules: RuleFile }>();

/** Parsed once for all runs of a process. */
function readRules(file: string): RuleFile {
  const text = fs.readFileSync(file, 'utf8');
  const known = read.get(file);
  if (known?.text === text) return known.rules;
  const rules = loadRules(text, file);
  read.set(file, { text, rules });
  return rules;
}

/** Prometheus in process: scrapes the services over the simulated network, evaluates the same rule files as a real one. */
export class Monitoring implements Metrics {
  readonly changes: AlertChange[] = [];
  readonly #options: MonitoringOptions;
  readonly #store = new SeriesStore();
  readonly #engine: RuleEngine;
  readonly #agent: http.Agent;
  readonly #queries = new Map<string, Query>();
  #begun = false;

  constructor(options: MonitoringOptions) {
    this.#options = options;
    const files = options.ruleFiles.map(readRules);
    const { removedAlert } = options;
    this.#engine = new RuleEngine(
      removedAlert === undefined ? files : files.map((file) => withoutAlert(file, removedAlert)),
      this.#store,
    );
    this.#agent = options.outside.run(() => new http.Agent({ keepAlive: true, keepAliveMsecs: 0 }));
    if (options.whenAsked !== true) this.begin();
  }

  /** Scrapes and evaluates from now on; twice is a no-op. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#options.outside.run(() => this.#tick());
  }

  /** Wall clock of a virtual instant: what PromQL's `time()` shows. */
  #wall(at: number): number {
    return this.#options.simulation.epoch + at;
  }

  #tick(): void {
    const { simulation, targets } = this.#options;
    const begun = simulation.now;
    for (const target of targets) void this.#scrape(target, begun);
    simulation.after(EVALUATION_OFFSET_MS, () => this.#evaluate());
    simulation.after(INTERVAL_MS, () => this.#tick());
  }

  async #scrape(target: Target, at: number): Promise<void> {
    const labels = { job: target.job, instance: `${target.host}:${target.port}` };
    try {
      const { status, text } = await httpCall({
        host: target.host,
        port: target.port,
        method: 'GET',
        path: target.path,
        timeoutMs: SCRAPE_TIMEOUT_MS,
        agent: this.#agent,
      });
      if (status !== 200) throw new Error(`status ${status}`);
      this.#store.append(parseExposition(text), labels, this.#wall(at));
    } catch {
      this.#store.fail(labels, this.#wall(at)); // `up` is 0; the target's series go stale
    }
  }

  #evaluate(): void {
    const { simulation } = this.#options;
    for (const change of this.#engine.evaluate(this.#wall(simulation.now))) {
      const { alert, state, labels, annotations } = change;
      this.changes.push({ alert, state, labels, annotations, at: simulation.now });
      simulation.record(`alert ${alert} ${state}`);
    }
  }

  #query(text: string): Query {
    let query = this.#queries.get(text);
    if (query === undefined) this.#queries.set(text, (query = parseQuery(text)));
    return query;
  }

  /** The only value of the result; several are a mistake of the query's author. */
  #value(text: string, at: number): number | undefined {
    const result = evaluate(this.#query(text), this.#store, this.#wall(at));
    if (result.type === 'scalar') return result.value;
    const [first, ...more] = result.samples;
    if (more.length > 0) throw new Error(`${text}: ${more.length + 1} series, expected one: aggregate them`);
    return first?.value;
  }

  async at(query: string, time: number): Promise<number | undefined> {
    return this.#value(query, time);
  }

  async range(query: string, from: number, to: number): Promise<readonly MetricPoint[]> {
    const points: MetricPoint[] = [];
    const first = Math.ceil((from - EVALUATION_OFFSET_MS) / INTERVAL_MS) * INTERVAL_MS + EVALUATION_OFFSET_MS;
    for (let at = Math.max(EVALUATION_OFFSET_MS, first); at <= to; at += INTERVAL_MS) {
      const value = this.#value(query, at);
      if (value !== undefined) points.push({ at, value });
    }
    return points;
  }
}
