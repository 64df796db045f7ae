import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Label that says from what an image was made; it is made again when that has changed. */
export const KEY_LABEL = 'org.faultline.image.key';

/** An image that can be made without an image registry. */
export interface Image {
  readonly tag: string;
  /** Its Dockerfile and what that copies: a folder beside this file. */
  readonly folder: string;
  /** The image that its Dockerfile starts from. */
  readonly parent?: Image;
  /** What else goes into it, as text: package names, versions, hashes. */
  readonly inputs: readonly string[];
  /** Not kept in the archive: made again from its parent in seconds. */
  readonly quick?: true;
  /** Puts what the Dockerfile needs beside it into the build context. */
  fill(context: string): Promise<void>;
}

/** Hash of everything that an image is made from. */
export function keyOf(image: Image): string {
  const hash = createHash('sha256');
  if (image.parent !== undefined) hash.update(keyOf(image.parent));
  for (const input of image.inputs) hash.update(`${input}\0`);
  const folder = join(import.meta.dirname, image.folder);
  for (const name of readdirSync(folder).toSorted()) hash.update(`${name}\0`).update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 16);
}
