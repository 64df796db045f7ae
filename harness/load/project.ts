import { loadCatalogues, quote } from '../../catalogue/index.ts';
import type { Catalogue, Row } from '../../catalogue/index.ts';
import type { ScenarioBody } from '../../contract/index.ts';
import { loadScenario, scenarioFiles } from './scenario-files.ts';
import type { ScenarioFile } from './scenario-files.ts';

/** A row with the scenario file that makes it executable; without one it is planned. */
export interface ProjectRow {
  readonly row: Row;
  readonly catalogue: Catalogue;
  readonly scenario?: ScenarioFile;
}

/** Everything under one root: its catalogues, and the scenario files that stand for their rows. */
export interface Project {
  readonly root: string;
  readonly rows: readonly ProjectRow[];
  /** Scenario files whose row does not exist. */
  readonly orphans: readonly ScenarioFile[];
}

/**
 * Reads catalogues and file names; imports nothing yet. With `ids` only the catalogues of those rows, or all of them when
 * none has one. Throws a CatalogueError for mistakes in the catalogues.
 */
export function openProject(root: string, ids: readonly string[] = []): Project {
  const chosen = ids.length === 0 ? [] : loadCatalogues(root, ids);
  const catalogues = chosen.length === 0 ? loadCatalogues(root) : chosen;
  const files = catalogues.flatMap(({ system }) => scenarioFiles(root, system));
  const rows = catalogues.flatMap((catalogue) =>
    catalogue.rows.map((row): ProjectRow => {
      const scenario = files.find(({ id }) => id === row.id);
      return { row, catalogue, ...(scenario === undefined ? {} : { scenario }) };
    }),
  );
  return { root, rows, orphans: files.filter(({ id }) => !rows.some(({ row }) => row.id === id)) };
}

/** What the row's scenario says; its figures are quoted from the row. */
export async function buildScenario({ row, scenario }: ProjectRow): Promise<ScenarioBody> {
  if (scenario === undefined) throw new Error(`${row.id} has no scenario`);
  return (await loadScenario(scenario)).build({ quote: (text) => quote(row, text) });
}
