import type { Project, ProjectRow } from '../load/project.ts';
import { didYouMean } from './nearest.ts';
import { UsageError } from './usage-error.ts';

/** A row with the runs of it that were asked for; undefined: all. */
export interface Choice {
  readonly row: ProjectRow;
  readonly run?: string;
}

/** All rows, or those of one system. @throws UsageError for a system that has no catalogue */
export function rowsOf(project: Project, system: string | undefined): readonly ProjectRow[] {
  const systems = [...new Set(project.rows.map(({ row }) => row.system))];
  if (system !== undefined && !systems.includes(system))
    throw new UsageError(
      `--system: expected one of ${systems.join(', ')}, found ${JSON.stringify(system)}${didYouMean(system, systems)}`,
    );
  return project.rows.filter(({ row }) => system === undefined || row.system === system);
}

/** The rows that ids such as `NUM-03` or `NUM-03/B` name; without ids every implemented row, of one system if it is given. */
export function chooseRows(project: Project, ids: readonly string[], system?: string): readonly Choice[] {
  const rows = rowsOf(project, system);
  if (ids.length === 0) {
    const implemented = rows.filter(({ scenario }) => scenario !== undefined);
    if (implemented.length === 0)
      throw new UsageError('no row is implemented yet: add a file scenarios/<system>/<ID>-<name>.ts');
    return implemented.map((row) => ({ row }));
  }
  const whole = new Set(ids.filter((asked) => !asked.includes('/')));
  // A row that is asked for as a whole brings its runs along.
  const once = [...new Set(ids)].filter((asked) => whole.has(asked) || !whole.has(asked.split('/')[0] ?? ''));
  return once.map((asked) => {
    const [id = '', run, ...more] = asked.split('/');
    if (more.length > 0)
      throw new UsageError(`expected a row or a run such as NUM-03/A, found ${JSON.stringify(asked)}`);
    const row = rows.find((candidate) => candidate.row.id === id);
    if (!row) {
      const known = rows.map((candidate) => candidate.row.id);
      throw new UsageError(
        `expected the id of a row, found ${JSON.stringify(id)}${didYouMean(id, known)}; \`faultline list\` shows them all`,
      );
    }
    if (!row.scenario)
      throw new UsageError(
        `${id} is planned, not implemented: write scenarios/${row.row.system}/${id}-<name>.ts (docs/creating-a-scenario.md)`,
      );
    return { row, ...(run === undefined ? {} : { run }) };
  });
}

/** The ids of rows in arguments such as `NUM-03/B`. */
export function rowIds(asked: readonly string[]): readonly string[] {
  return asked.map((each) => each.split('/')[0] ?? each);
}
