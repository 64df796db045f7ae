/** The operators, their contracts and blocks, and the officers who sign off, as they are loaded with the inventory. Ed25519, SPKI DER in base64. */
export const OPERATOR_KEYS = {
  Roshan: 'MCowBQYDK2VwAyEA1Oda7Txge71GItQX7Q9sy7rYjRD/UXiAOECnEvolqK4=',
  'Etisalat-AF': 'MCowBQYDK2VwAyEAIEqpdm432J/BZRMXDE860NLF9Y1a0yPLWJ528ekpGAQ=',
  'MTN-AF': 'MCowBQYDK2VwAyEAw46Gp6M3IrPbIkr7Knwe2fyW+5Z360f/EpgbYv4sq98=',
  AWCC: 'MCowBQYDK2VwAyEAmOLglVJ4nn1X4vPjq4KD/0COkkGfK8zFtTlKXQ5D9CE=',
  Salaam: 'MCowBQYDK2VwAyEAA3kiI/Ek/mqYRgHyojT4QMESwOYjIVwMuDKhH85PG6o=',
} as const;

export const OFFICER_KEYS = {
  SECURITY: 'MCowBQYDK2VwAyEAj4Lvy1uYuW3Iy875fdFtF1nQSDGUqxpxsgPLBBk7mAE=',
  LEGAL: 'MCowBQYDK2VwAyEALMMEA1bZ/XqIqHJZtOopDFqWYod081KDhx5VoY/9e68=',
  COMPLIANCE: 'MCowBQYDK2VwAyEATzstv/5J/4VxHCDQfSV+9xYULknnaUUJaw6Zvzi3AHo=',
} as const;

/** Numbers in an operator's block. */
const BLOCK_SIZE = 120;

/** SQL that loads them: a contract and a block each, `+9371…` to `+9375…`, which no load and no other activity uses. */
export function operators(): string {
  const rows = (keys: Readonly<Record<string, string>>): string =>
    Object.entries(keys)
      .map(([name, key]) => `('${name}', '${key}')`)
      .join(', ');
  const blocks = Object.keys(OPERATOR_KEYS).map(
    (operator, i) => `
    insert into numbering.identifiers (kind, value, block_id)
      select 'MSISDN', '+937${i + 1}' || lpad(n::text, 7, '0'), '${operator}/1' from generate_series(1, ${BLOCK_SIZE}) as n order by n;`,
  );
  return `
    insert into numbering.operators (id, public_key) values ${rows(OPERATOR_KEYS)};
    insert into numbering.officers (role, public_key) values ${rows(OFFICER_KEYS)};
    insert into numbering.contracts (id, operator_id, effective_from, effective_until)
      select id, id, '2021-01-01T00:00:00Z', '2031-01-01T00:00:00Z' from numbering.operators order by id;
    insert into numbering.contract_terms (contract_id, version, effective_from, effective_until, filed_at)
      select id, version, effective_from, effective_until, effective_from from numbering.contracts order by id;
    insert into numbering.blocks (id, contract_id, created_at)
      select id || '/1', id, effective_from from numbering.contracts order by id;${blocks.join('')}`;
}
