import { createHash } from 'node:crypto';
import type { Arguments, History, Ms, Running, StoredObject } from '../../../../contract/index.ts';
import type { Deed } from '../../administration/audit-row.ts';
import { OFFICERS, signOffs } from '../../administration/sign-offs.ts';
import type { SignOff } from '../../administration/sign-offs.ts';
import { signedTerm } from '../../administration/terms.ts';
import { runVerification } from '../../administration/verification.ts';
import { acknowledgeExpiry, auditReport, generateExport, reAnchor, restoreAuditRow } from '../../clients/admin-call.ts';
import { assign, validate } from '../../clients/call.ts';
import type { Call, IdentifierKey } from '../../clients/call.ts';
import type { Clients } from '../../clients/clients.ts';
import { primarySql } from '../../primary.ts';
import { at } from '../command-kinds.ts';
import { IN_BLOCK, OPERATORS, officerCommands } from './commands.ts';
import type { OfficerCommandName } from './commands.ts';
import { Intruder } from './intruder.ts';
import { recorded } from './recorded.ts';

const ADMINISTRATOR = 'administrator';
/** Where the regulator looks (`deployments/numbering/administration.ts`). */
const EXPORT_BUCKET = 'regulator-exports';

/** What an operator knows of its contract: the version that it was told of last. */
interface Contract {
  version: number;
  readonly effectiveFrom: string;
}

/** Operators, officers and administrators of one run, and who meddles with the audit trail. */
export class Officers {
  readonly #running: Running;
  readonly #history: History;
  readonly #clients: Clients;
  readonly #intruder: Intruder;
  readonly #contracts = new Map<string, Contract>();
  readonly #blocks = new Map<string, readonly IdentifierKey[]>();
  /** Of exports that are planned, in the order in which they were. */
  readonly #months: string[] = [];
  #earliest = '';
  /** What the services' clocks are ahead of the run's. */
  #wall: Ms = 0;

  private constructor(running: Running, history: History, clients: Clients) {
    this.#running = running;
    this.#history = history;
    this.#clients = clients;
    this.#intruder = new Intruder(running, history);
  }

  static async begin(running: Running, history: History, clients: Clients): Promise<Officers> {
    const officers = new Officers(running, history, clients);
    await officers.#learn();
    return officers;
  }

  async #learn(): Promise<void> {
    const [clock] = await primarySql(this.#running, 'select floor(extract(epoch from now()) * 1000)::float8 as wall');
    this.#wall = Number(clock?.['wall']) - this.#running.clock.now();
    const contracts = await primarySql(
      this.#running,
      `select id, version::int, to_char(effective_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as since
         from numbering.contracts order by id`,
    );
    for (const { id, version, since } of contracts)
      this.#contracts.set(String(id), { version: Number(version), effectiveFrom: String(since) });
    for (const operator of OPERATORS) {
      const numbers = await primarySql(
        this.#running,
        `select kind, value from numbering.identifiers where block_id = $1 order by kind, value limit $2`,
        [`${operator}/1`, IN_BLOCK],
      );
      this.#blocks.set(operator, numbers as unknown as readonly IdentifierKey[]);
    }
    const planned = await primarySql(
      this.#running,
      'select month from numbering.regulator_exports order by month desc',
    );
    this.#months.push(...planned.map(({ month }) => String(month)));
    this.#earliest = this.#months.at(-1) ?? '';
  }

  /** A tenant's call about a number of an operator's block; undefined: the command is none of those. */
  blockCall(name: string, tenantId: string, args: Arguments): Call | undefined {
    const make = { 'assign-in-block': assign, 'validate-in-block': validate }[name];
    const operator = operatorOf(args);
    const number = this.#blocks.get(operator)?.[Number(args['nth'])];
    if (make === undefined || number === undefined) return undefined;
    const call = make(tenantId, number);
    return { ...call, input: { ...call.input, operator } };
  }

  async perform(
    name: Exclude<OfficerCommandName, 'assign-in-block' | 'validate-in-block'>,
    args: Arguments,
  ): Promise<void> {
    switch (name) {
      case 'file-term':
        return this.#fileTerm(operatorOf(args), Number(args['lastsMs']), args['signed'] === true);
      case 'acknowledge-expiry':
        return this.#call(acknowledgeExpiry('commerce', operatorOf(args), Number(args['stepDays'])));
      case 'plan-export':
        return this.#planExport(Number(args['inMs']));
      case 'generate-export': {
        const month = at(this.#months, args);
        return month === undefined ? undefined : this.#call(generateExport(ADMINISTRATOR, month));
      }
      case 'look-at-exports':
        return recorded(this.#history.invoke('regulator', name, {}), async () => ({
          found: found(await this.#running.admin.objects('object-store', EXPORT_BUCKET)),
        }));
      case 'verify-audit':
        return recorded(this.#history.invoke(ADMINISTRATOR, name, {}), async () => {
          const { status, body } = await runVerification(this.#running);
          if (status !== 200) throw new Error(`HTTP ${status}`);
          return body as Record<string, unknown>;
        });
      case 'tamper':
        return this.#intruder.tamper(Number(args['row']), args['deed'] as Deed, Number(args['putBackMs']));
      case 'restore-audit-row':
        return this.#restore();
      case 're-anchor':
        return this.#reAnchor(String(args['signedBy']));
    }
  }

  close(): Promise<void> {
    return this.#intruder.undo();
  }

  async #call(call: Call, tags: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.#clients.call(ADMINISTRATOR, call, { tags });
  }

  /** The version is one more than that which an answer told last: who was not told of a term learns it by a conflict. */
  async #fileTerm(operator: string, lastsMs: Ms, signed: boolean): Promise<void> {
    const contract = this.#contracts.get(operator);
    if (contract === undefined) return;
    const effectiveUntil = new Date(Math.round(this.#wall + this.#running.clock.now() + lastsMs)).toISOString();
    const term = { version: contract.version + 1, effectiveFrom: contract.effectiveFrom, effectiveUntil };
    const call = signedTerm(operator, term, signed ? operator : 'nobody');
    const { result } = await this.#clients.call(operator, call, { tags: { signed } });
    const told = Number(result?.['version'] ?? result?.['currentVersion'] ?? 0);
    contract.version = Math.max(contract.version, told);
  }

  async #planExport(inMs: Ms): Promise<void> {
    const month = monthBefore(this.#earliest);
    this.#earliest = month;
    const operation = this.#history.invoke(ADMINISTRATOR, 'plan-export', { month, inMs });
    await recorded(operation, async () => {
      await primarySql(
        this.#running,
        `insert into numbering.regulator_exports (month, region, planned_at)
           values ($1, 'kbl', now() + $2::float8 * interval '1 millisecond')`,
        [month, inMs],
      );
      this.#months.push(month);
      return {};
    });
  }

  /** The row that the report names is put back from the cold backup. */
  async #restore(): Promise<void> {
    const { verification } = await this.#report();
    if (verification?.firstBadSeq !== undefined)
      await this.#call(restoreAuditRow(ADMINISTRATOR, verification.firstBadSeq));
  }

  async #reAnchor(signedBy: string): Promise<void> {
    const { incident } = await this.#report();
    if (incident === undefined) return;
    await this.#call(reAnchor(ADMINISTRATOR, incident.incidentId, signedOff(incident.incidentId, signedBy)), {
      signedBy,
    });
  }

  async #report(): Promise<Report> {
    const answer = await this.#clients.call(ADMINISTRATOR, auditReport(ADMINISTRATOR));
    return answer.outcome === 'ok' ? answer.result : {};
  }
}

interface Report {
  readonly verification?: { readonly firstBadSeq?: number };
  readonly incident?: { readonly incidentId: string };
}

/** Whether a command is one that `Officers` perform. */
export const isOfficers = (name: string): name is OfficerCommandName => name in officerCommands;

const operatorOf = (args: Arguments): string => OPERATORS[Number(args['operator'])] ?? '';

function signedOff(incidentId: string, signedBy: string): readonly SignOff[] {
  switch (signedBy) {
    case 'two':
      return signOffs(incidentId, OFFICERS.slice(0, 2));
    case 'another':
      return signOffs(incidentId, OFFICERS, (role) => (role === 'COMPLIANCE' ? 'LEGAL' : role));
    default:
      return signOffs(incidentId, OFFICERS);
  }
}

function monthBefore(month: string): string {
  const [year = 0, of = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, of - 2)).toISOString().slice(0, 7);
}

/** The files that stand there, each with its hash and the one that its signature is about. */
function found(
  objects: readonly StoredObject[],
): readonly { month: string; sha256: string; signed: string | undefined }[] {
  const signatures = new Map(objects.map(({ key, text }) => [key, text]));
  return objects.flatMap(({ key, text }) => {
    if (!key.endsWith('.csv')) return [];
    const month = key.slice(0, -'.csv'.length);
    const signature = signatures.get(`${month}.sig.json`);
    const signed = signature === undefined ? undefined : (JSON.parse(signature) as { sha256: string }).sha256;
    return [{ month, sha256: createHash('sha256').update(text).digest('hex'), signed }];
  });
}
