import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ExplorationCase, ExplorationModel, Fault, Invariant, PlannedFault } from '../../contract/index.ts';
import { deploymentFor } from '../load/deployment.ts';
import { LoadError, importExport } from '../load/import-export.ts';
import { loadLogPatterns, loadSystem } from '../load/subject.ts';
import type { CaseSubject } from './run-case.ts';

/** Systems that can be explored: those whose model has an `exploration.ts`. */
export function explorable(root: string): readonly string[] {
  const folder = join(root, 'models');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, 'exploration.ts')));
}

export function loadExploration(root: string, system: string): Promise<ExplorationModel> {
  return importExport<ExplorationModel>(
    join(root, 'models', system, 'exploration.ts'),
    'exploration',
    'what exploration must know of the system',
  );
}

/** What faults a schedule can hold, and how one is made of its data: `faults/by-kind.ts`, by path. */
export async function loadFaults(
  root: string,
): Promise<{ readonly kinds: readonly string[]; readonly faultOf: (planned: PlannedFault) => Fault }> {
  const file = join(root, 'faults', 'by-kind.ts');
  const what = 'the faults by their kinds';
  return {
    kinds: await importExport<readonly string[]>(file, 'faultKinds', what),
    faultOf: await importExport<(planned: PlannedFault) => Fault>(file, 'faultOf', what),
  };
}

/** Deployment, invariants and faults of one case. */
export async function loadCase(
  root: string,
  model: ExplorationModel,
  drawn: ExplorationCase,
): Promise<Pick<CaseSubject, 'case' | 'deployment' | 'invariants' | 'faultOf' | 'logPatterns'>> {
  const topology = model.topologies.find(({ name }) => name === drawn.topology);
  const place = `models/${model.system}/exploration.ts`;
  if (topology === undefined)
    throw new LoadError(
      `${place}: expected a topology ${drawn.topology}, found ${model.topologies.map(({ name }) => name).join(', ')}`,
    );
  const whole = await loadSystem(root, model.system);
  const invariants = await Promise.all(
    topology.invariants.map((name) =>
      importExport<Invariant>(
        join(root, 'models', model.system, 'invariants', `${name}.ts`),
        'invariant',
        `the invariant ${name}`,
      ),
    ),
  );
  return {
    case: drawn,
    deployment: deploymentFor({ id: topology.name, needs: topology.needs, place }, whole, topology.environment),
    invariants,
    faultOf: (await loadFaults(root)).faultOf,
    logPatterns: await loadLogPatterns(),
  };
}
