import { spawn } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { KEY_LABEL, keyOf, type Image } from './image.ts';
import { report } from './shell.ts';
import { workFolder } from './work-folder.ts';

/** The key that a loaded image was made with; undefined: there is no such image. */
export async function loadedKey(docker: Docker, tag: string): Promise<string | undefined> {
  try {
    return (await docker.getImage(tag).inspect()).Config.Labels?.[KEY_LABEL];
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

/** Those whose image is not loaded, or was made from something else. */
export async function missing(docker: Docker, images: readonly Image[]): Promise<readonly Image[]> {
  const keys = await Promise.all(images.map(({ tag }) => loadedKey(docker, tag)));
  return images.filter((image, index) => keys[index] !== keyOf(image));
}

/** Makes one image with the engine's classic builder, which every engine has and which needs no plugin of the client. */
export async function build(docker: Docker, image: Image): Promise<void> {
  const context = workFolder('context');
  try {
    cpSync(join(import.meta.dirname, image.folder), context, { recursive: true });
    await image.fill(context);
    const tar = spawn('tar', ['-c', '--owner=0', '--group=0', '--numeric-owner', '-C', context, '.'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const output = await docker.buildImage(tar.stdout, {
      t: image.tag,
      labels: { [KEY_LABEL]: keyOf(image) },
      version: '1',
      rm: true,
      forcerm: true,
      ...(image.quick === true ? { dockerfile: 'Dockerfile.local' } : {}),
    });
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(output, (error, events: readonly { error?: string; stream?: string }[]) => {
        const failed = error?.message ?? events.find((event) => event.error !== undefined)?.error;
        if (failed === undefined) resolve();
        else
          reject(
            new Error(`${image.tag} could not be built: ${failed}\n${events.map((e) => e.stream ?? '').join('')}`),
          );
      });
    });
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
  report(`made ${image.tag}`);
}

/** Removes the images made here whose tag has gone to a newer one, unless a container has them. */
export async function removeReplaced(docker: Docker): Promise<void> {
  await docker.pruneImages({ filters: { dangling: ['true'], label: [KEY_LABEL] } });
}
