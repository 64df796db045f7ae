/** Contracts of operators: reading, a new term signed by the operator, and the acknowledgement of an expiry alert. */
import { z } from 'zod';
import { problemSchema, type HttpApp } from '../../../kit/http.ts';
import { inTransaction, type Sql } from '../../../kit/postgres.ts';
import { signatureFits } from '../../../kit/signatures.ts';
import { problem } from '../../domain/problems.ts';
import { acknowledge, fileTerm, lockContract, readContracts, type Contract } from '../../store/contracts.ts';
import { readGates } from '../../store/gates.ts';
import type { App } from '../app.ts';
import { actorHeaders, actorOf, administer } from './request.ts';
import { recordChange } from '../../store/admin-changes.ts';

const instant = z.iso.datetime();
const idSchema = z.object({ id: z.string().min(1).max(64) });

const contractView = z.object({
  contractId: z.string(),
  operatorId: z.string(),
  version: z.number().int(),
  effectiveFrom: z.string(),
  effectiveUntil: z.string(),
});

const termSchema = z.object({
  version: z.number().int().min(2).describe('One more than the version that it follows'),
  effectiveFrom: instant,
  effectiveUntil: instant,
  signature: z.string().min(1).max(200).describe("The operator's Ed25519 signature over the term's text, base64"),
});
type Term = z.infer<typeof termSchema>;

/** Steps at which the end of a contract is announced. */
const STEPS_DAYS = [60, 30, 7] as const;

/** The text that an operator signs. */
export function termText(contractId: string, term: Omit<Term, 'signature'>): string {
  const { version, effectiveFrom, effectiveUntil } = term;
  return JSON.stringify({ contractId, version, effectiveFrom, effectiveUntil });
}

export function addContractRoutes(http: HttpApp, app: App): void {
  const base = '/v1/admin/numbering';
  const errors = { '4xx': problemSchema, '5xx': problemSchema };
  http.get(
    `${base}/contracts`,
    {
      schema: {
        summary: 'The contracts of operators',
        response: { 200: z.object({ items: z.array(contractView) }), ...errors },
      },
    },
    () => administer(app, 'contracts', async () => ({ items: (await readContracts(app.pool)).map(view) })),
  );
  http.put(
    `${base}/contracts/:id`,
    {
      schema: {
        summary: 'File the signed new term of a contract',
        headers: actorHeaders,
        params: idSchema,
        body: termSchema,
        response: { 200: contractView, ...errors },
      },
    },
    (request) =>
      administer(app, 'file-term', () =>
        inTransaction(app.pool, (sql) => renew(sql, request.params.id, request.body, actorOf(request))),
      ),
  );
  http.post(
    `${base}/contracts/:id/acknowledgements`,
    {
      schema: {
        summary: 'Acknowledge that the end of a contract was announced',
        headers: actorHeaders,
        params: idSchema,
        body: z.object({ stepDays: z.literal(STEPS_DAYS) }),
        response: { 200: contractView.extend({ stepDays: z.number(), acknowledgedBy: z.string() }), ...errors },
      },
    },
    (request) =>
      administer(app, 'acknowledge-expiry', async () => {
        const by = actorOf(request);
        const { stepDays } = request.body;
        const contract = await inTransaction(app.pool, async (sql) => {
          const found = await existing(sql, request.params.id);
          await acknowledge(sql, found, stepDays, by, new Date());
          return found;
        });
        return { ...view(contract), stepDays, acknowledgedBy: by };
      }),
  );
  const gateView = z.object({
    gate: z.string(),
    subject: z.string(),
    passed: z.boolean(),
    detail: z.string(),
    judgedAt: z.string(),
  });
  http.get(
    `${base}/readiness`,
    {
      schema: {
        summary: 'Readiness gates, as the daily jobs last judged them',
        response: { 200: z.object({ gates: z.array(gateView) }), ...errors },
      },
    },
    () =>
      administer(app, 'readiness', async () => ({
        gates: (await readGates(app.pool)).map((gate) => ({ ...gate, judgedAt: gate.judgedAt.toISOString() })),
      })),
  );
}

async function existing(sql: Sql, id: string): Promise<Contract & { readonly publicKey: string }> {
  const contract = await lockContract(sql, id);
  if (contract === undefined) throw problem('NOT_FOUND', 'There is no such contract.');
  return contract;
}

async function renew(sql: Sql, id: string, term: Term, actor: string): Promise<z.infer<typeof contractView>> {
  const { publicKey, ...current } = await existing(sql, id);
  if (!signatureFits(publicKey, termText(id, term), term.signature))
    throw problem('SIGNATURE_INVALID', `The signature is not that of ${current.operatorId} over this term.`);
  if (term.version !== current.version + 1)
    throw problem('CONFLICT', `The contract is at version ${current.version}.`, {
      members: { currentVersion: current.version },
    });
  const [from, until] = [new Date(term.effectiveFrom), new Date(term.effectiveUntil)];
  if (until <= from) throw problem('INVALID_REQUEST', 'effectiveUntil must be after effectiveFrom');
  const renewed: Contract = { ...current, version: term.version, effectiveFrom: from, effectiveUntil: until };
  const now = new Date();
  await fileTerm(sql, renewed, term.signature, now);
  const { effectiveFrom, effectiveUntil, version } = term;
  await recordChange(sql, now, {
    subject: `CONTRACT:${id}`,
    version,
    of: 'contract',
    action: 'renewed',
    actor,
    detail: { contractId: id, effectiveFrom, effectiveUntil },
  });
  return view(renewed);
}

function view({ id, operatorId, version, effectiveFrom, effectiveUntil }: Contract): z.infer<typeof contractView> {
  return {
    contractId: id,
    operatorId,
    version,
    effectiveFrom: effectiveFrom.toISOString(),
    effectiveUntil: effectiveUntil.toISOString(),
  };
}
