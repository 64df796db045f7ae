import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServiceSpec } from '../../../contract/index.ts';
import { toSystem } from '../../../contract/index.ts';

type Environment = Readonly<Record<string, string>>;

/** A duration's variable: services carry the unit in the name. */
const DURATION = /_MS$/;

/**
 * The environment of a service with every duration divided by the speed: those that it names, and by its `configuration`
 * the defaults of those that it does not. `environment`: what it is started with, a sabotage's changes included.
 */
export async function scaledEnvironment(
  { configuration }: Pick<ServiceSpec, 'configuration'>,
  environment: Environment,
  speed: number,
): Promise<Environment> {
  if (speed === 1) return environment;
  const complete = configuration === undefined ? environment : await readConfiguration(configuration, environment);
  const durations = Object.entries(complete).filter(([name]) => DURATION.test(name));
  return {
    ...environment,
    ...Object.fromEntries(durations.map(([name, ms]) => [name, String(toSystem(Number(ms), speed))])),
  };
}

async function readConfiguration(place: string, environment: Environment): Promise<Readonly<Record<string, unknown>>> {
  const [file = '', name = ''] = place.split('#');
  const module = (await import(pathToFileURL(path.resolve(file)).href)) as Record<string, unknown>;
  const read = module[name];
  if (typeof read !== 'function') throw new Error(`${file}: expected the function ${name}, found ${typeof read}`);
  return (read as (env: Environment) => Readonly<Record<string, unknown>>)(environment);
}
