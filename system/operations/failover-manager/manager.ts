/**
 * Who is primary, and how another becomes it. The term is the timeline of the primary's data, which grows with each promotion;
 * so nothing has to be kept over a restart of the manager.
 */
import type { Logger } from '../../kit/logging.ts';
import type { Safeguard, Safeguards } from '../../kit/safeguards.ts';
import type { FailoverConfig } from './config.ts';
import type { FailoverMetrics } from './metrics.ts';
import type { TaskRuntime } from './runtime.ts';
import type { Report, Server } from './server.ts';

export const AUTOMATIC_PROMOTION: Safeguard = {
  name: 'automatic-promotion',
  protects: 'a standby becomes primary when the primary has not answered for DOWN_AFTER_MS',
};

export const PROMOTION: Safeguard = {
  name: 'promotion',
  protects: 'a standby becomes primary at all, by itself or when an operator says so',
};

export const FENCING: Safeguard = {
  name: 'fencing-old-primary',
  protects: 'a former primary takes no part until it is a standby of the present one, with a fresh copy of its data',
};

/** What the manager is doing beside watching. */
export type Phase = 'steady' | 'failing-over' | 'failing-back';

/** An operator asked for what cannot be done now. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

export interface ManagerParts {
  readonly config: FailoverConfig;
  readonly log: Logger;
  readonly safeguards: Safeguards;
  readonly metrics: FailoverMetrics;
  readonly runtime: TaskRuntime;
  readonly servers: readonly Server[];
}

export class Manager {
  readonly #parts: ManagerParts;
  readonly #reports = new Map<string, Report | undefined>();
  readonly #answeredAt = new Map<string, number>();
  #primary: string | undefined;
  #term = 0;
  #phase: Phase = 'steady';
  #held = false;
  #rebuilding: string | undefined;
  #startedAt = performance.now();
  /** Since when there is no primary, while there is none: the start, or a promotion whose end was not seen. */
  #noneSince = this.#startedAt;

  constructor(parts: ManagerParts) {
    this.#parts = parts;
  }

  /** Who takes writes. A caller may rely on it for LEASE_MS from its question. */
  get primary(): { readonly term: number; readonly primary: string | null; readonly phase: Phase } {
    return {
      term: this.#term,
      primary: this.#phase === 'steady' ? (this.#primary ?? null) : null,
      phase: this.#phase,
    };
  }

  get held(): boolean {
    return this.#held;
  }

  /** No promotion by itself until `allow`. */
  hold(): void {
    this.#held = true;
  }

  allow(): void {
    this.#held = false;
  }

  servers(): readonly {
    name: string;
    role: 'primary' | 'standby' | 'fenced' | 'away';
    position: number | null;
    timeline: number | null;
  }[] {
    return this.#parts.servers.map(({ name }) => {
      const report = this.#reports.get(name);
      let role: 'primary' | 'standby' | 'fenced' | 'away' = 'away';
      if (report !== undefined) role = report.inRecovery ? 'standby' : name === this.#primary ? 'primary' : 'fenced';
      return { name, role, position: report?.position ?? null, timeline: report?.timeline ?? null };
    });
  }

  /** One look at every server, and what follows from it. */
  async poll(): Promise<void> {
    const { metrics } = this.#parts;
    const now = performance.now();
    await this.#look();
    if (this.#phase === 'steady') {
      const newer = this.#newer();
      if (this.#primary === undefined) await this.#find(now);
      else if (newer !== undefined) await this.#adopt(newer.name, newer.timeline);
      else if (this.#silence(this.#primary, now) >= this.#parts.config.DOWN_AFTER_MS) await this.#primaryDown();
      else await this.#keep();
    }
    metrics.primary(this.#primary, this.#term);
  }

  async #look(): Promise<void> {
    const { servers, metrics } = this.#parts;
    await Promise.all(
      servers.map(async (server) => {
        const report = await server.probe();
        this.#reports.set(server.name, report);
        if (report !== undefined) this.#answeredAt.set(server.name, performance.now());
        metrics.serverUp(server.name, report !== undefined);
      }),
    );
  }

  /** ms since a server last answered. */
  #silence(name: string, now: number): number {
    return now - (this.#answeredAt.get(name) ?? this.#startedAt);
  }

  /**
   * Of the servers that would write the one with the longest history, when that is longer than the primary's: it was promoted though nobody
   * here heard of it, and any other one is a former primary.
   */
  #newer(): { readonly name: string; readonly timeline: number } | undefined {
    const [newest] = this.#parts.servers
      .flatMap(({ name }) => {
        const report = this.#reports.get(name);
        return report === undefined || report.inRecovery ? [] : [{ name, timeline: report.timeline }];
      })
      .toSorted((a, b) => b.timeline - a.timeline);
    return newest !== undefined && newest.timeline > this.#term ? newest : undefined;
  }

  /** There is no primary: the manager has just begun, or has not seen the end of a promotion. */
  async #find(now: number): Promise<void> {
    const { servers, config } = this.#parts;
    const found = this.#newer();
    const late = now - this.#noneSince >= config.DOWN_AFTER_MS;
    const all = servers.every(({ name }) => this.#reports.get(name) !== undefined);
    // Where no term is known yet, one that has not answered may have the longer history.
    if (found !== undefined && (all || late || this.#term > 0)) this.#announce(found.name, found.timeline);
    if (found === undefined && late) await this.#primaryDown();
  }

  /** In the place of the primary, as after a promotion: nobody still believes in that one then. */
  async #adopt(name: string, timeline: number): Promise<void> {
    this.#phase = 'failing-over';
    this.#parts.log.warn({ from: this.#primary, to: name, timeline }, 'another server was promoted');
    try {
      await this.#lease();
      this.#announce(name, timeline);
    } finally {
      this.#phase = 'steady';
    }
  }

  #announce(name: string, term: number): void {
    this.#primary = name;
    this.#term = Math.max(term, this.#term);
    this.#phase = 'steady';
    this.#parts.log.info({ primary: name, term: this.#term }, 'primary');
  }

  async #primaryDown(): Promise<void> {
    const { config, safeguards } = this.#parts;
    if (config.PROMOTION === 'manual' || this.#held || !safeguards.on(AUTOMATIC_PROMOTION)) return;
    await this.failOver().catch((error: unknown) => this.#parts.log.error({ err: error }, 'no failover'));
  }

  /**
   * Makes the standby that has most of the log the primary. Before that nobody may write for a lease, so that no service still
   * believes in the former primary.
   * @throws Refused when no standby answers, or one is under way
   */
  async failOver(): Promise<void> {
    const { safeguards, log, metrics } = this.#parts;
    if (this.#phase !== 'steady') throw new Refused(`The manager is ${this.#phase}.`);
    if (!safeguards.on(PROMOTION)) throw new Refused('Promotion is switched off.');
    if (this.#candidate() === undefined) throw new Refused('No standby answers.');
    this.#phase = 'failing-over';
    log.warn({ from: this.#primary }, 'failing over');
    try {
      await this.#lease();
      await this.#lookForSuccessors();
      const newer = this.#newer();
      const candidate = this.#candidate();
      if (newer !== undefined) this.#announce(newer.name, newer.timeline);
      else if (candidate === undefined) throw new Error('no standby answers any more');
      else await this.#promote(candidate);
      metrics.failover();
    } finally {
      this.#phase = 'steady';
    }
  }

  /**
   * Once nobody writes. What the synchronous standby alone has confirmed is lost when another one is promoted: it is waited for until it has
   * been gone for so long that commits go on without it.
   */
  async #lookForSuccessors(): Promise<void> {
    const { POLL_MS, STANDBY_GONE_MS } = this.#parts.config;
    const confirms = this.#synchronousOf(this.#primary);
    const late = (name: string): boolean =>
      this.#reports.get(name) === undefined && this.#silence(name, performance.now()) < STANDBY_GONE_MS;
    await this.#look();
    if (confirms === undefined) return;
    while (late(confirms) && this.#newer() === undefined) {
      await new Promise((resolve) => void setTimeout(resolve, POLL_MS / 10));
      await this.#look();
    }
  }

  /** The standby that has received most; of equals the one that is named first. One of a former primary lacks all that came after that one. */
  #candidate(): Server | undefined {
    const { servers, safeguards } = this.#parts;
    const term = safeguards.on(FENCING) ? this.#term : 0;
    const standbys = servers.filter(({ name }) => {
      const report = this.#reports.get(name);
      return report?.inRecovery === true && report.timeline >= term;
    });
    const most = Math.max(...standbys.map(({ name }) => this.#reports.get(name)?.position ?? 0));
    return standbys.find(({ name }) => this.#reports.get(name)?.position === most);
  }

  /** @throws Error when it could not be told to, and the primary is as before; or is not seen to write, and there is no primary until a server is */
  async #promote(server: Server): Promise<void> {
    const { log } = this.#parts;
    const unsaid = await server.promote();
    if (unsaid !== undefined)
      log.warn({ err: unsaid, server: server.name }, 'the answer to a promotion is lost or late');
    // It may write from now on, so the former primary is named no more, whatever is seen of this one.
    this.#primary = undefined;
    this.#noneSince = performance.now();
    this.#term = Math.max(this.#term, this.#reports.get(server.name)?.timeline ?? 0);
    await this.#until(async () => {
      const report = await server.probe();
      if (report === undefined || report.inRecovery) return false;
      this.#reports.set(server.name, report);
      this.#answeredAt.set(server.name, performance.now());
      this.#announce(server.name, Math.max(report.timeline, this.#term + 1));
      return true;
    }, `${server.name} writes`);
  }

  #lease(): Promise<void> {
    return new Promise((resolve) => void setTimeout(resolve, this.#parts.config.LEASE_MS));
  }

  // --- the others ------------------------------------------------------------------------------

  /** Former primaries and standbys that follow nobody are made anew; the synchronous standby is the one that is there. */
  async #keep(): Promise<void> {
    const { servers, config, safeguards } = this.#parts;
    const now = performance.now();
    const primary = this.#server(this.#primary as string);
    const report = this.#reports.get(primary.name);
    if (report === undefined) return;
    if (report.refusesWrites) await this.#takeWrites(primary);
    const lost = servers.find(({ name }) => {
      const own = this.#reports.get(name);
      if (name === primary.name || own === undefined) return false;
      if (!own.inRecovery) return safeguards.on(FENCING);
      // Another's standby, from before a promotion: it cannot follow by itself.
      return own.timeline < report.timeline && !report.standbys.some((standby) => standby.name === name);
    });
    if (lost !== undefined) this.#rebuild(lost.name);
    await this.#chooseSynchronous(primary, report, now, config.STANDBY_GONE_MS);
  }

  /** A failback that came to nothing, by an error or with the manager's own end, must not leave a primary that nobody can write to. */
  async #takeWrites(primary: Server): Promise<void> {
    const { log } = this.#parts;
    log.warn({ server: primary.name }, 'the primary refuses writes, and no failback is under way');
    await primary.takeWrites().catch((error: unknown) => {
      log.error({ err: error, server: primary.name }, 'the primary could not be made to take writes');
    });
  }

  /** Who confirms the commits of a primary: of two regions the standby is in the one where that one is not. */
  #synchronousOf(primary: string | undefined): string | undefined {
    const { config, servers } = this.#parts;
    const wanted = config.SYNCHRONOUS_STANDBY;
    return wanted !== undefined && wanted === primary ? servers.find(({ name }) => name !== primary)?.name : wanted;
  }

  readonly #streamingAt = new Map<string, number>();

  async #chooseSynchronous(primary: Server, report: Report, now: number, goneMs: number): Promise<void> {
    const name = this.#synchronousOf(primary.name);
    if (name === undefined) return;
    for (const standby of report.standbys) if (standby.streaming) this.#streamingAt.set(standby.name, now);
    const gone = now - (this.#streamingAt.get(name) ?? this.#startedAt) > goneMs;
    const streams = report.standbys.some((standby) => standby.name === name && standby.streaming);
    let next = report.synchronousStandby;
    if (streams) next = name;
    else if (gone) next = '';
    if (next === report.synchronousStandby) return;
    this.#parts.log.warn({ synchronousStandby: next }, 'commits are confirmed by another standby');
    await primary.setSynchronousStandby(next).catch((error: unknown) => {
      this.#parts.log.error({ err: error }, 'the synchronous standby could not be set');
    });
  }

  #server(name: string): Server {
    const server = this.#parts.servers.find((each) => each.name === name);
    if (server === undefined) throw new Refused(`There is no server ${name}.`);
    return server;
  }

  #rebuild(name: string): void {
    const { runtime, log } = this.#parts;
    if (this.#rebuilding !== undefined || this.#primary === undefined) return;
    this.#rebuilding = name;
    log.warn({ server: name, standbyOf: this.#primary }, 'making a server anew');
    runtime
      .rebuild(name, this.#primary)
      .catch((error: unknown) => log.error({ err: error, server: name }, 'the server could not be made anew'))
      .finally(() => {
        this.#rebuilding = undefined;
      });
  }

  /**
   * Makes `name` the primary again, by the runbook: it follows the present primary with all of its log, then takes its place
   * while nobody writes. Returns when that has begun.
   * @throws Refused
   */
  async failBack(name: string): Promise<void> {
    const { safeguards } = this.#parts;
    const to = this.#server(name);
    if (this.#primary === undefined) throw new Refused('There is no primary.');
    const from = this.#server(this.#primary);
    if (this.#phase !== 'steady') throw new Refused(`The manager is ${this.#phase}.`);
    if (to === from) throw new Refused(`${name} is the primary.`);
    const report = this.#reports.get(name);
    if (report === undefined) throw new Refused(`${name} does not answer.`);
    if (!report.inRecovery) {
      if (safeguards.on(FENCING)) throw new Refused(`${name} is fenced until it has been made a standby.`);
      // Nothing says that its data are old.
      this.#announce(name, this.#term + 1);
      return;
    }
    if (!this.#follows(name)) throw new Refused(`${name} does not follow ${from.name} yet.`);
    this.#phase = 'failing-back';
    try {
      await this.#lease();
      await from.refuseWrites();
      const end = (await from.probe())?.position ?? Number.POSITIVE_INFINITY;
      await this.#until(async () => ((await to.probe())?.position ?? 0) >= end, `${name} has all of the log`);
      await this.#promote(to);
    } catch (error) {
      // It stays the primary, unless the other one may be it by now. Where this fails too, poll sees to it.
      if (this.#primary === from.name) await from.takeWrites().catch(() => {});
      throw error;
    } finally {
      this.#phase = 'steady';
    }
  }

  #follows(name: string): boolean {
    const report = this.#reports.get(this.#primary ?? '');
    return report?.standbys.some((standby) => standby.name === name && standby.streaming) === true;
  }

  async #until(holds: () => Promise<boolean>, what: string): Promise<void> {
    const { POLL_MS, DOWN_AFTER_MS } = this.#parts.config;
    const limit = performance.now() + DOWN_AFTER_MS;
    while (!(await holds())) {
      if (performance.now() > limit) throw new Error(`not within ${DOWN_AFTER_MS} ms: ${what}`);
      await new Promise((resolve) => void setTimeout(resolve, POLL_MS / 10));
    }
  }
}
