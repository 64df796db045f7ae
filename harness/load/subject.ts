import { join } from 'node:path';
import type { Deployment, Invariant, LogChecker, SystemModel, World } from '../../contract/index.ts';
import type { RunSubject } from '../run/session.ts';
import type { Job } from '../parent/job.ts';
import { bodyOfRun } from './run-body.ts';
import { sabotageOf } from './sabotage-of.ts';
import { deploymentFor } from './deployment.ts';
import { LoadError, importExport } from './import-export.ts';
import { buildScenario } from './project.ts';
import type { Project } from './project.ts';

/** Of Faultline itself, for the projects of others too. */
const CHECKERS = join(import.meta.dirname, '../../models/checkers/index.ts');

/** Loads all that one job needs, by path. */
export async function loadSubject(
  project: Project,
  job: Job,
): Promise<{ subject: RunSubject; deployment: Deployment }> {
  const found = project.rows.find(({ row }) => row.id === job.id);
  if (!found) throw new LoadError(`no row ${job.id} in ${project.root}/catalogue`);
  const { row, catalogue } = found;
  const scenario = await buildScenario(found);
  const plan = scenario.runs[job.run];
  if (!plan)
    throw new LoadError(`${row.id}: expected a run ${job.run}, found ${Object.keys(scenario.runs).join(', ')}`);
  const body = bodyOfRun(scenario, plan);
  const folder = (...parts: string[]): string => join(project.root, ...parts);
  const model = await importExport<SystemModel>(
    folder('models', row.system, 'model.ts'),
    'model',
    'the load and final state of the system',
  );
  const invariants = [];
  for (const name of row.invariants)
    invariants.push(
      await importExport<Invariant>(
        folder('models', row.system, 'invariants', `${name}.ts`),
        'invariant',
        `the invariant ${name}`,
      ),
    );
  const whole = await loadSystem(project.root, row.system);
  const sabotage = sabotageOf(job, row, body);
  const mutation = job.sabotage && 'mutation' in job.sabotage ? job.sabotage.mutation : undefined;
  return {
    subject: {
      row,
      catalogue,
      run: job.run,
      body,
      plan,
      model,
      invariants,
      logPatterns: await loadLogPatterns(),
      seed: job.seed,
      ...(sabotage === undefined ? {} : { sabotage }),
      ...(mutation === undefined ? {} : { mutation }),
      ...(job.abortOn === undefined ? {} : { abortOn: job.abortOn }),
    },
    deployment: deploymentFor(row, whole, body.environment),
  };
}

/** What tells in a log of an error that nobody handled. */
export function loadLogPatterns(): Promise<LogChecker> {
  return importExport<LogChecker>(CHECKERS, 'logPatterns', 'the checker of logs');
}

/** Everything that a system deploys, by path. */
export function loadSystem(root: string, system: string): Promise<Deployment> {
  return importExport<Deployment>(
    join(root, 'deployments', `${system}.ts`),
    'deployment',
    'the deployment of the system',
  );
}

/** The world of that name, by path. */
export function loadWorld(root: string, name: string): Promise<World> {
  return importExport<World>(join(root, 'worlds', name, 'world.ts'), 'world', `the world ${name}`);
}
