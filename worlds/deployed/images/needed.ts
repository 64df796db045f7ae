/** Which images the runs of a deployment are started from, by the compose file itself. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The load generator's: only `faultline load` needs it. */
const LOAD = 'load';

interface ComposeFile {
  readonly services: Readonly<
    Record<string, { readonly image: string; readonly profiles?: readonly string[] | undefined }>
  >;
}

/**
 * Tags of the images, each once: the official ones and the service's, or the substitutes of `npm run images`.
 * @throws where the compose file names an image that no variable can replace, or local.env has no substitute for it
 */
export function neededImages(substitutes: boolean): readonly string[] {
  const file = join(import.meta.dirname, '..', '..', '..', 'docker-compose.chaos.yml');
  const { services } = parse(readFileSync(file, 'utf8'), { merge: true }) as ComposeFile;
  const local = readFileSync(join(import.meta.dirname, 'local.env'), 'utf8');
  const images = Object.values(services).flatMap(({ image, profiles = [] }) =>
    profiles.includes(LOAD) ? [] : [tagOf(image, substitutes ? local : undefined)],
  );
  return [...new Set(images)];
}

/** @param image `${NAME:-tag}`; @param local text of local.env, where substitutes are meant */
function tagOf(image: string, local: string | undefined): string {
  const [, variable, official] = /^\$\{(\w+):-(\S+)\}$/.exec(image) ?? [];
  const tag = local === undefined ? official : new RegExp(`^${variable}=(\\S+)$`, 'm').exec(local)?.[1];
  if (tag === undefined)
    throw new Error(
      `expected an image as \${NAME:-tag} in docker-compose.chaos.yml, and NAME in local.env, found ${image}`,
    );
  return tag;
}
