import type { Ms, Running, Stage } from '../../../contract/index.ts';
import { fileTerm } from '../clients/admin-call.ts';
import type { Term } from '../clients/admin-call.ts';
import type { Call } from '../clients/call.ts';
import { clientsOf } from '../clients/clients.ts';
import { primarySql } from '../primary.ts';
import { signedBy } from './signing.ts';

/** How long the contract still lasts, by the database's clock. */
export async function contractLeft(running: Running, contractId: string): Promise<Ms> {
  const [row] = await primarySql(
    running,
    `select (extract(epoch from effective_until - now()) * 1000)::float8 as left from numbering.contracts where id = $1`,
    [contractId],
  );
  return Number(row?.['left']);
}

/** The operator files a term. An operator's contract has the operator's name. @param signer who signs it in fact */
export function signedTerm(operator: string, term: Omit<Term, 'signature'>, signer = operator): Call {
  const { version, effectiveFrom, effectiveUntil } = term;
  const text = JSON.stringify({ contractId: operator, version, effectiveFrom, effectiveUntil });
  return fileTerm(operator, operator, { version, effectiveFrom, effectiveUntil, signature: signedBy(signer, text) });
}

/** The operator signs a term that lasts `lasts` from now, and files it. */
export async function fileSignedTerm(stage: Stage, operator: string, lasts: Ms): Promise<void> {
  const [row] = await primarySql(
    stage.running,
    `select version::int, to_char(effective_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as since,
       to_char((now() + $2::float8 * interval '1 millisecond') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as until
     from numbering.contracts where id = $1`,
    [operator, lasts],
  );
  if (row === undefined) throw new Error(`there is no contract of ${operator}`);
  const [effectiveFrom, effectiveUntil] = [String(row['since']), String(row['until'])];
  const term = { version: Number(row['version']) + 1, effectiveFrom, effectiveUntil };
  const filed = await clientsOf(stage).call(operator, signedTerm(operator, term));
  if (filed.outcome !== 'ok') throw new Error(`the term of ${operator} was not filed: ${filed.error}`);
}
