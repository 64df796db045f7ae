import { randomUUID } from 'node:crypto';
import type { Ms, Stage } from '../../../contract/index.ts';
import { assign, release, releaseReservation, reserve } from '../clients/call.ts';
import type { IdentifierKey } from '../clients/call.ts';
import type { CallOptions, Clients } from '../clients/clients.ts';
import type { Gate } from './arrivals.ts';
import type { LoadOptions } from './options.ts';

/** So many that neither quota (20 reservations) nor rate limit (60 a minute) of any is touched. */
const TENANTS = 10;
/** Numbers in use at a time: at one reservation a second each comes round again after five minutes, to another tenant. */
const WORKING_SET = 300;
/** Life of a reservation that is left to expire. */
const SHORT_LIFE: { readonly from: Ms; readonly to: Ms } = { from: 5000, to: 20_000 };
/** Life of one that its tenant ends itself, long before. */
const LIFE_MS: Ms = 30_000;
const THINK: { readonly from: Ms; readonly to: Ms } = { from: 1000, to: 4000 };

/** What a tenant does with its reservation. A quarter each: half of all reservations become leases. */
const FATES = ['expires', 'released', 'leased', 'leased-and-returned'] as const;

/**
 * Reservations and what becomes of them, free of conflicts: a number is asked for again only after its reservation has
 * ended, and never once it was leased.
 */
export class ReservationLoad {
  readonly #stage: Omit<Stage, 'load'>;
  readonly #clients: Clients;
  readonly #options: LoadOptions;
  readonly #gate: Gate;
  readonly #random: () => number;
  readonly #working: IdentifierKey[];
  readonly #stock: IdentifierKey[];
  #begun = 0;

  constructor(
    stage: Omit<Stage, 'load'>,
    clients: Clients,
    options: LoadOptions,
    gate: Gate,
    numbers: readonly IdentifierKey[],
  ) {
    this.#stage = stage;
    this.#clients = clients;
    this.#options = options;
    this.#gate = gate;
    this.#random = stage.random('numbering.reservations');
    this.#working = numbers.slice(0, WORKING_SET);
    this.#stock = numbers.slice(WORKING_SET);
  }

  /** One reservation from Reserve to its end. What the tenant meets on the way ends the story: it does not try again. */
  async arrive(): Promise<void> {
    // Everything is drawn before the first call: an answer that comes later moves no other reservation.
    const process = `reservation-${(this.#begun += 1)}`;
    const tenantId = `tenant-${1 + Math.floor(this.#random() * TENANTS)}`;
    const fate = FATES[Math.floor(this.#random() * FATES.length)] ?? 'expires';
    const via = this.#random() < 0.5 ? 'http' : 'grpc';
    const ttlMs = fate === 'expires' ? Math.round(this.#between(SHORT_LIFE)) : LIFE_MS;
    const thinks = [this.#between(THINK), this.#between(THINK)] as const;
    const key = this.#working.shift() ?? this.#stock.shift();
    if (key === undefined) throw new Error('the load has no number left to reserve: make the inventory larger');

    const id = await this.#reserve(process, tenantId, key, ttlMs, via);
    if (id === undefined) return;
    const call = (what: Parameters<Clients['call']>[1]): ReturnType<Clients['call']> =>
      this.#clients.call(process, what, { via: what.grpc === undefined ? 'http' : via });
    if (fate === 'expires' || !(await this.#think(thinks[0]))) return this.#back(key);
    if (fate === 'released') {
      await call(releaseReservation(tenantId, id));
      return this.#back(key);
    }
    const leased = await call(assign(tenantId, { reservationId: id }));
    this.#replace();
    if (fate === 'leased' || leased.outcome !== 'ok' || !(await this.#think(thinks[1]))) return;
    await call(release(tenantId, String(leased.result['leaseId'])));
  }

  async #reserve(
    process: string,
    tenantId: string,
    key: IdentifierKey,
    ttlMs: Ms,
    via: 'http' | 'grpc',
  ): Promise<string | undefined> {
    const idempotencyKey = randomUUID();
    const options: CallOptions = { via, idempotencyKey };
    const made = await this.#clients.call(process, reserve(tenantId, key, ttlMs), options);
    if (made.outcome !== 'ok') {
      this.#replace();
      return undefined;
    }
    if (this.#options.repeatReserves && !this.#gate.paused)
      await this.#clients.call(process, reserve(tenantId, key, ttlMs), { ...options, tags: { repeat: true } });
    return String(made.result['reservationId']);
  }

  /** False when the load was paused or ended meanwhile: the tenant then does nothing more. */
  async #think(duration: Ms): Promise<boolean> {
    await this.#stage.running.clock.sleep(duration);
    return !this.#gate.paused && !this.#gate.ended;
  }

  /** To the end of the queue: by the time it comes round its reservation has ended. */
  #back(key: IdentifierKey): void {
    this.#working.push(key);
  }

  /** The number is leased, or nobody knows: another one takes its place. */
  #replace(): void {
    const next = this.#stock.shift();
    if (next !== undefined) this.#working.push(next);
  }

  #between({ from, to }: { readonly from: Ms; readonly to: Ms }): Ms {
    return from + this.#random() * (to - from);
  }
}
