import { randomUUID } from 'node:crypto';
import type { Arguments, Command, History, Performer, Running } from '../../../contract/index.ts';
import type { OfficerCommandName } from './administration/commands.ts';
import { Officers, isOfficers } from './administration/officers.ts';
import { AUDIT_JOB } from '../administration/verification.ts';
import { importNumbers, suspectTenant, suspendTenant } from './administrators.ts';
import {
  assign,
  browse,
  lookUp,
  recall,
  reinstate,
  release,
  releaseReservation,
  reserve,
  validate,
} from '../clients/call.ts';
import type { Call, IdentifierKey } from '../clients/call.ts';
import { clientsOf } from '../clients/clients.ts';
import type { CallOptions, Clients } from '../clients/clients.ts';
import {
  ORCHESTRATOR,
  PORTAL,
  portalAssign,
  portalPool,
  portalReserve,
  portalSend,
  send,
  state,
} from '../clients/tenant-calls.ts';
import { primarySql } from '../primary.ts';
import { loadSenders, senderOf } from './alpha.ts';
import { at } from './command-kinds.ts';
import { CODES } from './commands.ts';
import type { CommandName } from './commands.ts';
import { NUMBERS } from './fought-for.ts';

/** Clients that are drawn, at most. */
export const CLIENTS = 5;
/** They share tenants: a tenant's own calls race too. */
const TENANTS = 3;

/** Whoever comes beside those clients has a tenant of its own. */
export const tenantOf = (client: number): string => `explorer-${client < CLIENTS ? client % TENANTS : client}`;

/** What a client knows, the latest last. Ids that an answer told; an answer that did not come told none. */
interface Known {
  readonly reservations: string[];
  readonly leases: string[];
  readonly messages: string[];
  readonly calls: ({ readonly call: Call; readonly idempotencyKey: string } & Pick<CallOptions, 'via' | 'service'>)[];
}

/** The clients of one run: resolves what commands speak of, makes the calls that the rows' load makes too, and remembers the answers. */
export class NumberingPerformer implements Performer {
  readonly #running: Running;
  readonly #history: History;
  readonly #clients: Clients;
  readonly #numbers: readonly IdentifierKey[];
  readonly #codes: readonly IdentifierKey[];
  /** Undefined where what they use is not deployed. */
  #officers: Officers | undefined;
  readonly #known = new Map<number, Known>();
  readonly #reservations: string[] = [];
  /** Leases that any tenant was given: operators recall them. */
  readonly #leases: string[] = [];
  readonly #recalled: string[] = [];
  /** Under which any number was asked for, and by whom. */
  readonly #keys: { readonly tenantId: string; readonly idempotencyKey: string }[] = [];
  /** Tenants, by reservation and by lease. */
  readonly #holders = new Map<string, string>();

  #files = 0;
  #messages = 0;

  private constructor(
    running: Running,
    history: History,
    numbers: readonly IdentifierKey[],
    codes: readonly IdentifierKey[],
  ) {
    this.#running = running;
    this.#history = history;
    this.#clients = clientsOf({ running, history });
    this.#numbers = numbers;
    this.#codes = codes;
  }

  static async begin(running: Running, history: History): Promise<NumberingPerformer> {
    const numbers = await primarySql(
      running,
      `select kind, value from numbering.identifiers where value like '+93701%' and state = 'AVAILABLE' and block_id is null
         order by value limit $1`,
      [NUMBERS],
    );
    const codes = await primarySql(
      running,
      `select kind, value from numbering.identifiers where kind = 'SHORT_CODE' and state = 'AVAILABLE' and block_id is null
         order by value limit $1`,
      [CODES],
    );
    const deployed = (component: string): boolean =>
      running.deployment.components.some(({ name }) => name === component);
    if (deployed('sender-id-registry')) await loadSenders(running);
    const performer = new NumberingPerformer(
      running,
      history,
      numbers as unknown as readonly IdentifierKey[],
      codes as unknown as readonly IdentifierKey[],
    );
    if (deployed(AUDIT_JOB)) performer.#officers = await Officers.begin(running, history, performer.#clients);
    return performer;
  }

  async perform({ client, name, arguments: args }: Command): Promise<void> {
    const tenantId = tenantOf(client);
    const known = this.#knownBy(client);
    const options = { via: args['via'] === 'grpc' ? 'grpc' : 'http', ...this.#serviceOf(args) } as const;
    const call = (what: Call | undefined): Promise<void> => this.#call(client, known, what, options);
    const portal = (what: Call | undefined): Promise<void> =>
      this.#call(client, known, what, { service: PORTAL, keyless: args['keyed'] === false });
    const number = this.#numbers[Number(args['number'])];
    if (isOfficers(name)) {
      if (name === 'assign-in-block' || name === 'validate-in-block')
        return call(this.#officers?.blockCall(name, tenantId, args));
      return this.#officers?.perform(name, args);
    }
    switch (name as Exclude<CommandName, OfficerCommandName>) {
      case 'reserve':
        return call(number && reserve(tenantId, number, Number(args['ttlMs'])));
      case 'assign':
        return call(with_(at(known.reservations, args), (reservationId) => assign(tenantId, { reservationId })));
      case 'assign-number':
        return call(number && assign(tenantId, number));
      case 'assign-any':
        return call(assign(tenantId, { kind: 'SHORT_CODE' }));
      case 'release':
        return call(with_(at(known.leases, args), (leaseId) => release(tenantId, leaseId)));
      case 'release-reservation':
        return call(with_(at(known.reservations, args), (id) => releaseReservation(tenantId, id)));
      case 'recall':
        return call(with_(at(this.#leases, args), (leaseId) => recall(tenantId, leaseId)));
      case 'reinstate':
        return call(with_(at(this.#recalled, args), (leaseId) => reinstate(tenantId, leaseId)));
      case 'meddle':
        return this.#meddle(client, known, args, options);
      case 'validate':
        return call(number && validate(tenantId, number));
      case 'look-up':
        return call(number && lookUp(tenantId, number));
      case 'browse':
        return call(browse(tenantId, 'SHORT_CODE'));
      case 'repeat':
        return this.#again(client, known, args);
      case 'reuse-key': {
        const earlier = at(known.calls, args);
        if (earlier === undefined || number === undefined) return undefined;
        const other = reserve(tenantId, number, Number(args['ttlMs']));
        return this.#make(client, known, other, { ...options, idempotencyKey: earlier.idempotencyKey });
      }
      case 'borrow-key': {
        const theirs = this.#keys.filter((each) => each.tenantId !== tenantId);
        const borrowed = at(theirs, args)?.idempotencyKey;
        if (borrowed === undefined) return undefined;
        const same = assign(tenantId, { kind: 'SHORT_CODE' });
        return this.#make(client, known, same, { ...options, idempotencyKey: borrowed, tags: { borrowed: true } });
      }
      case 'portal-reserve': {
        const code = this.#codes[Number(args['code'])];
        return portal(code && portalReserve(tenantId, code, Number(args['ttlMs'])));
      }
      case 'portal-assign':
        return portal(
          with_(at(known.reservations, args), (reservationId) => portalAssign(tenantId, { reservationId })),
        );
      case 'portal-pool':
        return this.#call(client, known, portalPool(tenantId, 'SHORT_CODE'), { service: PORTAL, tags: { kept: true } });
      case 'send':
        return this.#send(client, known, number, args['door'] === 'portal');
      case 'message-state':
        return this.#call(
          client,
          known,
          with_(at(known.messages, args), (id) => state(tenantId, id)),
          { service: ORCHESTRATOR },
        );
      case 'reserve-alpha':
        return call(reserve(tenantId, senderOf(Number(args['sender'])), Number(args['ttlMs'])));
      case 'assign-alpha':
        return call(assign(tenantId, senderOf(Number(args['sender']))));
      case 'validate-alpha':
        return call(validate(tenantId, senderOf(Number(args['sender']))));
      case 'import':
        this.#files += 1;
        return importNumbers(this.#running, this.#history, this.#files, {
          rows: Number(args['rows']),
          signed: args['signed'] === true,
          malformed: args['malformed'] === true,
        });
      case 'suspend':
        return suspendTenant(this.#running, this.#history, tenantId, args['twice'] === true);
      case 'suspect':
        return suspectTenant(this.#running, this.#history, tenantId, Number(args['score']), args['twice'] === true);
      default:
        throw new Error(`numbering's clients know no command ${name}`);
    }
  }

  async close(): Promise<void> {
    await this.#officers?.close();
    await this.#clients.close();
  }

  async #call(client: number, known: Known, call: Call | undefined, options: CallOptions): Promise<void> {
    if (call === undefined) return;
    const idempotencyKey = randomUUID();
    // Without a key a call that is made again is another one.
    if (call.writes && options.keyless !== true) {
      const { via = 'http', service } = options;
      if (call.name === 'assign' && call.input['value'] === undefined && call.input['reservationId'] === undefined)
        this.#keys.push({ tenantId: call.input.tenantId, idempotencyKey });
      known.calls.push({ call, idempotencyKey, via, ...(service === undefined ? {} : { service }) });
    }
    await this.#make(client, known, call, { ...options, idempotencyKey });
  }

  /** Asks for what another client has. Nobody repeats it: a repeat would be of the client's own. */
  async #meddle(client: number, known: Known, args: Arguments, options: CallOptions): Promise<void> {
    const tenantId = tenantOf(client);
    const anothers = (ids: readonly string[]): string | undefined =>
      at(
        ids.filter((id) => this.#holders.get(id) !== tenantId),
        args,
      );
    const [reservation, lease] = [anothers(this.#reservations), anothers(this.#leases)];
    const made = {
      assign: with_(reservation, (reservationId) => assign(tenantId, { reservationId })),
      'release-reservation': with_(reservation, (id) => releaseReservation(tenantId, id)),
      release: with_(lease, (id) => release(tenantId, id)),
    }[String(args['what'])];
    if (made !== undefined) await this.#make(client, known, made, { ...options, tags: { anothers: true } });
  }

  async #send(client: number, known: Known, from: IdentifierKey | undefined, byPortal: boolean): Promise<void> {
    if (from === undefined) return undefined;
    this.#messages += 1;
    const id = `explorer-message-${this.#messages}`;
    known.messages.push(id);
    const tenantId = tenantOf(client);
    const call = byPortal ? portalSend(tenantId, from, id) : send(tenantId, from, id);
    return this.#call(client, known, call, { service: byPortal ? PORTAL : ORCHESTRATOR });
  }

  async #again(client: number, known: Known, args: Arguments): Promise<void> {
    const earlier = at(known.calls, args);
    if (earlier === undefined) return;
    const { call, ...options } = earlier;
    await this.#make(client, known, call, { ...options, ...this.#serviceOf(args), tags: { repeat: true } });
  }

  async #make(client: number, known: Known, call: Call, options: CallOptions): Promise<void> {
    const via = call.grpc === undefined ? 'http' : (options.via ?? 'http');
    const answer = await this.#clients.call(`client-${client}`, call, { ...options, via });
    if (answer.outcome !== 'ok') return;
    const { reservationId, leaseId } = answer.result;
    if (call.name === 'reserve') {
      note(known.reservations, reservationId);
      note(this.#reservations, reservationId);
      this.#holders.set(String(reservationId), call.input.tenantId);
    }
    if (call.name === 'assign') {
      note(known.leases, leaseId);
      note(this.#leases, leaseId);
      this.#holders.set(String(leaseId), call.input.tenantId);
    }
    if (call.name === 'recall') note(this.#recalled, leaseId);
  }

  #knownBy(client: number): Known {
    let known = this.#known.get(client);
    if (known === undefined)
      this.#known.set(client, (known = { reservations: [], leases: [], messages: [], calls: [] }));
    return known;
  }

  /** The service of the region, where there is one of its own. */
  #serviceOf(args: Arguments): { readonly service?: string } {
    const service = 'numbering-service-mzr';
    const deployed = this.#running.deployment.components.some(({ name }) => name === service);
    return deployed && args['region'] === 'mzr' ? { service } : {};
  }
}

function with_<T, R>(value: T | undefined, make: (value: T) => R): R | undefined {
  return value === undefined ? undefined : make(value);
}

function note(ids: string[], id: unknown): void {
  if (typeof id === 'string' && !ids.includes(id)) ids.push(id);
}
