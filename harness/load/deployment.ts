import type { Row } from '../../catalogue/index.ts';
import { withPresent, type ComponentSpec, type Deployment, type Environment } from '../../contract/index.ts';
import { LoadError } from './import-export.ts';

/** catalogue/README.md: these are always deployed, or are the world's own. */
const ALWAYS_PRESENT: ReadonlySet<string> = new Set([
  'prometheus',
  'alert-receiver',
  'toxiproxy',
  'client',
  'load-generator',
]);

/**
 * What a row needs of its system's deployment, with all that those components depend on, in the deployment's order. A
 * need that is a whole of several components (`numbering-jobs`) takes each part of it whose `onlyWith` the row needs too. Throws a LoadError for a need that the
 * deployment does not know.
 */
export function deploymentFor(
  row: Pick<Row, 'id' | 'needs' | 'place'>,
  deployment: Deployment,
  environment: Environment = {},
): Deployment {
  const chosen = new Set<string>();
  const choose = (name: string, neededBy: string): void => {
    const found = resolve(name, deployment.components, row.needs);
    if (found.length === 0) {
      const names = deployment.components.map((component) => component.name).join(', ');
      throw new LoadError(
        `${row.place}: ${neededBy} needs ${name}, which deployments/${deployment.system}.ts does not have (it has ${names}); add it there or correct the name`,
      );
    }
    for (const spec of found) {
      if (chosen.has(spec.name)) continue;
      chosen.add(spec.name);
      for (const dependency of spec.dependsOn) choose(dependency, spec.name);
    }
  };
  for (const need of row.needs) if (!ALWAYS_PRESENT.has(need)) choose(need, row.id);
  for (const name of Object.keys(environment)) if (!chosen.has(name)) choose(name, `the environment of ${row.id}`);
  const picked = withPresent({
    ...deployment,
    components: deployment.components.filter(({ name }) => chosen.has(name)),
  });
  return { ...picked, components: picked.components.map((spec) => withEnvironment(spec, environment[spec.name])) };
}

function resolve(
  name: string,
  components: readonly ComponentSpec[],
  needs: readonly string[],
): readonly ComponentSpec[] {
  const exact = components.filter((spec) => spec.name === name);
  if (exact.length > 0) return exact;
  const parts = components.filter(({ partOf }) => partOf === name);
  return parts.filter(({ onlyWith = [] }) => onlyWith.every((other) => needs.includes(other)));
}

function withEnvironment(spec: ComponentSpec, env: Environment[string] | undefined): ComponentSpec {
  if (env === undefined) return spec;
  if (spec.kind !== 'service')
    throw new LoadError(`environment of ${spec.name}: expected a service, found a ${spec.kind}; name a service`);
  return { ...spec, env: { ...spec.env, ...env } };
}
