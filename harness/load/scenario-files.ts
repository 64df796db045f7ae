import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../../contract/index.ts';
import { LoadError, importExport } from './import-export.ts';

/** A scenario file and the row that its name says it is of: `NUM-03-redis-unavailable.ts`. */
export interface ScenarioFile {
  readonly id: string;
  readonly file: string;
}

const NAME = /^([A-Z]+-\d{2})-[a-z0-9-]+\.ts$/;

/** The scenario files of a system, by id. Other files of the folder, such as shared probes, are lower-case. */
export function scenarioFiles(root: string, system: string): readonly ScenarioFile[] {
  const folder = join(root, 'scenarios', system);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .toSorted()
    .flatMap((name) => {
      const id = NAME.exec(name)?.[1];
      return id === undefined ? [] : [{ id, file: join(folder, name) }];
    });
}

/** The load tests, by the row that they are of. */
export function loadTestFiles(root: string): readonly ScenarioFile[] {
  return scenarioFiles(root, 'load');
}

/** Imports a scenario; its id must be that of its file. */
export async function loadScenario({ id, file }: ScenarioFile): Promise<Scenario> {
  const scenario = await importExport<Scenario>(
    file,
    'default',
    "a scenario: scenario('ID', ({ quote }) => ({ ... }))",
  );
  if (scenario.id !== id)
    throw new LoadError(
      `${file}: expected a scenario of ${id}, found ${scenario.id}; rename the file or correct the id`,
    );
  return scenario;
}
