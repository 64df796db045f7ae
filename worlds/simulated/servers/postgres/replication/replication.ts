import type { Life } from '../../../kernel/life.ts';
import type { Simulation } from '../../../kernel/simulation.ts';
import type { SimSocket } from '../../../network/socket.ts';
import { Control } from '../control.ts';
import { APPLY_DELAY } from '../settings.ts';
import { milliseconds } from '../timeouts.ts';
import { pauseSync } from '../sync-connection.ts';
import { BRIDGE_ROLE } from '../virtual-time.ts';
import type { ReplicatedCluster } from './cluster.ts';
import { Downstream } from './downstream.ts';
import type { Member } from './member.ts';
import { type Lsn, parseLsn } from './messages.ts';
import { NO_CASCADE, Upstream } from './upstream.ts';

const LIMIT_MS = 5000;
/** For a signal to reach every process of the server after it has reached one. */
const SETTLE_MS = 5;
const FLUSHED = 'select pg_current_wal_flush_lsn()';

export interface ReplicationOptions {
  readonly simulation: Simulation;
  readonly life: Life;
  readonly cluster: ReplicatedCluster;
  readonly member: Member;
  /** Where the primary of a standby listens. */
  readonly primary: { readonly host: string; readonly port: number };
}

/** What its bridge does when something of the stream changes what sessions wait for. */
export interface Sessions {
  /** Commits at or before this position are confirmed. */
  confirmed(upTo: Lsn): void;
  /** Nobody waits for a standby any more. */
  confirmedAll(): void;
  /** Locks may have been given back. */
  settle(): void;
}

/** What a life of a server of a replicated cluster does beside answering its clients. */
export class Replication {
  /** The standby for which commits may wait; empty: none. */
  synchronous = '';
  readonly #options: ReplicationOptions;
  readonly #control: Control;
  readonly #upstreams = new Set<Upstream>();
  #downstream: Downstream | undefined;
  #sessions: Sessions | undefined;
  #loadedAt: string;

  constructor(options: ReplicationOptions) {
    this.#options = options;
    this.#control = new Control(options.member.server.socketPath, 'postgres', BRIDGE_ROLE);
    this.#loadedAt = this.#loadTime();
    this.#readSynchronous();
  }

  /** Begins the stream; `sessions` is the bridge of this life. */
  begin(sessions: Sessions): void {
    this.#sessions = sessions;
    const { simulation, life, member, primary } = this.#options;
    if (!member.standby) return;
    this.#downstream = new Downstream({ simulation, life, member, primary, replayed: () => sessions.settle() });
    this.#follow();
  }

  // --- a primary -------------------------------------------------------------------------------

  /** A standby asks for the stream. Undefined: it was refused. */
  serve(socket: SimSocket, name: string): Upstream | undefined {
    const { simulation, life, member } = this.#options;
    if (this.#downstream !== undefined) {
      socket.end(NO_CASCADE);
      return undefined;
    }
    const upstream = new Upstream({
      simulation,
      life,
      socket,
      name,
      socketPath: member.server.socketPath,
      flushed: () => this.flushed(),
      acknowledged: (standby, { flushed }) => {
        if (standby === this.synchronous) this.#sessions?.confirmed(flushed);
      },
      ended: (ended) => this.#upstreams.delete(ended),
    });
    this.#upstreams.add(upstream);
    return upstream;
  }

  flushed(): Lsn {
    return parseLsn(this.#control.prepared(FLUSHED)[0]?.[0] ?? '');
  }

  /** Sessions may have committed: sends that on. */
  committed(): void {
    if (this.#upstreams.size === 0) return;
    const end = this.flushed();
    for (const upstream of this.#upstreams) upstream.send(end);
  }

  /** Whether this backend waits for a standby. */
  waits(pid: number): boolean {
    return this.#control.prepared(`select 1 from pg_stat_get_activity(${pid}) where wait_event = 'SyncRep'`).length > 0;
  }

  // --- administration --------------------------------------------------------------------------

  /** Before a statement that promotes: it replays all that the standby has. */
  beforePromotion(): void {
    this.#downstream?.finish();
  }

  /** After a statement that promotes, pauses, resumes or reloads. */
  administered(text: string): void {
    if (text.includes('pg_reload_conf')) this.#reloaded();
    if (this.#downstream === undefined) return;
    if (text.includes('pg_promote')) this.#promoted();
    else this.#follow();
  }

  #reloaded(): void {
    const before = this.synchronous;
    // The control connection reads the files anew when the postmaster's signal has come, and so have the others then.
    for (let waited = 0; this.#loadTime() === this.#loadedAt; waited += 1) {
      if (waited >= LIMIT_MS) throw new Error('PostgreSQL did not read its configuration anew within 5 s');
      pauseSync(1);
    }
    pauseSync(SETTLE_MS);
    this.#loadedAt = this.#loadTime();
    this.#readSynchronous();
    if (before !== '' && this.synchronous === '') this.#sessions?.confirmedAll();
  }

  #loadTime(): string {
    return this.#control.query('select pg_conf_load_time()')[0]?.[0] ?? '';
  }

  #readSynchronous(): void {
    const text = this.#control.query('show synchronous_standby_names')[0]?.[0] ?? '';
    this.synchronous = /^(?:(?:FIRST |ANY )?1 \()?"?([\w-]+)"?\)?$/i.exec(text.trim())?.[1] ?? '';
    if (this.synchronous === '' && text.trim() !== '')
      throw new Error(`synchronous_standby_names is ${text}: the simulated world follows one name only`);
  }

  /** Pause and delay of replay as the server has them now. */
  #follow(): void {
    let state = '';
    for (let waited = 0; waited < LIMIT_MS; waited += 1) {
      state = this.#control.query('select pg_get_wal_replay_pause_state()')[0]?.[0] ?? '';
      if (state !== 'pause requested') break;
      pauseSync(1);
    }
    const delay = this.#control.query(`show sim.${APPLY_DELAY}`)[0]?.[0];
    this.#downstream?.administered(state === 'paused', milliseconds(delay));
  }

  #promoted(): void {
    const { member, cluster } = this.#options;
    if (this.#control.query('select pg_is_in_recovery()')[0]?.[0] === 't') return;
    this.#downstream = undefined;
    member.stopReceiving();
    member.stopBackground();
    member.server.parked.clear(); // they have told their clients that it is a standby
    // The end of recovery asks for a checkpoint, which would be logged at some moment of real time.
    this.#control.query('checkpoint');
    cluster.promoted();
    this.#readSynchronous();
  }

  close(): void {
    for (const upstream of this.#upstreams) upstream.close();
    this.#downstream?.stop();
    this.#control.close();
  }
}
