import type { PgbouncerSpec } from '../../../../contract/index.ts';
import type { PgBouncer } from '../../servers/pgbouncer/bouncer.ts';
import { pgbouncerProgram } from '../../servers/pgbouncer/component.ts';
import type { MakeServer } from './server.ts';

/** A pooler in this process. */
export const pgbouncer: MakeServer<PgbouncerSpec> = (spec) => {
  const lives: PgBouncer[] = [];
  const queries = (): number => lives.reduce((sum, bouncer) => sum + bouncer.queries, 0);
  return {
    programs: { [spec.name]: pgbouncerProgram(spec, (bouncer) => lives.push(bouncer)) },
    answered: queries,
    work: () => ({ pooledQueries: queries() }),
  };
};
