/** All images in one compressed file of the cache folder, with the keys that they were made with. */
import {
  createReadStream,
  createWriteStream,
  existsSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import type Docker from 'dockerode';
import { cacheFolder } from './cache.ts';
import { keyOf, type Image } from './image.ts';
import { report } from './shell.ts';

const archive = (): string => join(cacheFolder(), 'images.tar.zst');
const contents = (): string => join(cacheFolder(), 'images.json');

/** Key by tag of what the archive holds; nothing when there is none. */
function archived(): Readonly<Record<string, string>> {
  if (!existsSync(archive()) || !existsSync(contents())) return {};
  return JSON.parse(readFileSync(contents(), 'utf8')) as Record<string, string>;
}

/** Whether at least one of them is in the archive as it is made now: loading is faster than making. */
export function holdsSome(images: readonly Image[]): boolean {
  const keys = archived();
  return images.some((image) => keys[image.tag] === keyOf(image));
}

/** Gives the archive's images to the engine. */
export async function load(docker: Docker): Promise<void> {
  const answer = await docker.loadImage(createReadStream(archive()).pipe(createZstdDecompress()), { quiet: true });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(answer, (error, events: readonly { error?: string }[]) => {
      const failed = error?.message ?? events.find((event) => event.error !== undefined)?.error;
      if (failed === undefined) resolve();
      else
        reject(
          new Error(`The engine could not load ${archive()}: ${failed}. Remove the file to make the images again.`),
        );
    });
  });
  report('loaded the images from the archive');
}

/** Writes the archive anew; an older one stays until the new one is whole. */
export async function save(docker: Docker, images: readonly Image[]): Promise<void> {
  const part = `${archive()}.${process.pid}.part`;
  const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
    docker.modem.dial(
      {
        path: '/images/get?',
        method: 'GET',
        options: { names: images.map(({ tag }) => tag) },
        isStream: true,
        statusCodes: { 200: true, 500: 'server error' },
      },
      (error, result) => (error === null ? resolve(result as NodeJS.ReadableStream) : reject(error)),
    );
  });
  const compress = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  await pipeline(stream, compress, createWriteStream(part));
  renameSync(part, archive());
  writeFileSync(
    contents(),
    `${JSON.stringify(Object.fromEntries(images.map((each) => [each.tag, keyOf(each)])), null, 2)}\n`,
  );
  report(`kept ${images.length} images in ${archive()} (${(statSync(archive()).size / 1e6).toFixed(0)} MB)`);
}
