import type { Ms, Running, Stage } from '../../../contract/index.ts';
import { fileTerm } from '../clients/admin-call.ts';
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

/** The operator signs a term that lasts `lasts` from now, and files it. An operator's contract has the operator's name. */
export async function fileSignedTerm(stage: Stage, operator: string, lasts: Ms): Promise<void> {
  const [row] = await primarySql(
    stage.running,
    `select version::int, to_char(effective_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as since,
       to_char((now() + $2::float8 * interval '1 millisecond') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as until
     from numbering.contracts where id = $1`,
    [operator, lasts],
  );
  if (row === undefined) throw new Error(`there is no contract of ${operator}`);
  const version = Number(row['version']) + 1;
  const [effectiveFrom, effectiveUntil] = [String(row['since']), String(row['until'])];
  const text = JSON.stringify({ contractId: operator, version, effectiveFrom, effectiveUntil });
  const term = { version, effectiveFrom, effectiveUntil, signature: signedBy(operator, text) };
  const filed = await clientsOf(stage).call(operator, fileTerm(operator, operator, term));
  if (filed.outcome !== 'ok') throw new Error(`the term of ${operator} was not filed: ${filed.error}`);
}
