/** The schema of the operators below; first in the search path of the administration's connections, unknown to the services. */
export const DOCUMENT_SCHEMA = 'faultline_document';

/**
 * SQL that makes `timestamptz - timestamptz` give the document's time, and `timestamptz ± interval` take it, on connections
 * with `DOCUMENT_SCHEMA` first in their search path: the looks of a scenario speak of the document's time, the rows of a
 * system `speed` times as fast do not. Instants stay what they are.
 */
export function documentOperators(speed: number): string {
  const s = DOCUMENT_SCHEMA;
  const operator = (sign: string, left: string, right: string, returns: string, body: string): string => {
    const name = `${s}.${sign === '-' ? 'minus' : 'plus'}`;
    return `create function ${name}(${left}, ${right}) returns ${returns} language sql stable as $$ select ${body} $$;
      create operator ${s}.${sign} (leftarg = ${left}, rightarg = ${right}, function = ${name});`;
  };
  const shortened = `($2 operator(pg_catalog./) ${speed}::float8)`;
  const difference = `($1 operator(pg_catalog.-) $2) operator(pg_catalog.*) ${speed}::float8`;
  return `drop schema if exists ${s} cascade; create schema ${s};
    ${operator('-', 'timestamptz', 'timestamptz', 'interval', difference)}
    ${operator('-', 'timestamptz', 'interval', 'timestamptz', `$1 operator(pg_catalog.-) ${shortened}`)}
    ${operator('+', 'timestamptz', 'interval', 'timestamptz', `$1 operator(pg_catalog.+) ${shortened}`)}`;
}
