/** `npm run images`: the deployed world's images without an image registry. README.md says what is made of what. */
import { parseArgs } from 'node:util';
import { holdsSome, load, save } from './archive.ts';
import { build, missing, removeReplaced } from './build.ts';
import { removeDownloads } from './debian-roots.ts';
import { engine } from './engine.ts';
import { goBuild } from './go.ts';
import type { Image } from './image.ts';
import { images, TOXIPROXY } from './images.ts';
import { Missing } from './problem.ts';
import { report } from './shell.ts';
import { removeAbandoned, removeOwnAtEnd } from './work-folder.ts';

const USAGE = `npm run images -- [--engine] [--no-k6]
  --engine   also install and start Docker's engine and its compose plugin where there is none (Debian, as root)
  --no-k6    leave k6 out, which only the profile load needs and which takes longest
`;

/** Makes what is missing and keeps it; k6 comes after everything else has been kept. */
async function makeImages(withEngine: boolean, withK6: boolean): Promise<void> {
  for (const pid of removeAbandoned()) report(`removed what process ${pid} had left`);
  removeOwnAtEnd();
  const docker = await engine(withEngine);
  const all = images(withK6);
  const kept = all.filter(({ quick }) => quick !== true);
  let wanted = await missing(docker, all);
  const heavy = (): readonly Image[] => wanted.filter(({ quick }) => quick !== true);
  if (holdsSome(heavy())) {
    await load(docker);
    wanted = await missing(docker, all);
  }
  if (wanted.length === 0) {
    report(`all ${all.length} images are loaded`);
    return;
  }
  // The compiler works beside the downloads; its failure is awaited where its result is needed.
  const compiled = wanted.some(({ folder }) => folder === 'toxiproxy') ? goBuild(TOXIPROXY) : undefined;
  compiled?.catch(() => {});
  const toKeep = heavy().length > 0;
  try {
    for (const image of wanted) {
      if (image.folder === 'toxiproxy') await compiled;
      if (image.folder === 'k6' && heavy().length > 1) {
        await save(
          docker,
          kept.filter(({ folder }) => folder !== 'k6'),
        );
        report('everything but k6 is there: the deployment can be started');
      }
      await build(docker, image);
    }
    if (toKeep) await save(docker, kept);
    await removeReplaced(docker);
  } finally {
    removeDownloads();
  }
}

const { values } = parseArgs({
  options: {
    engine: { type: 'boolean', default: false },
    'no-k6': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(USAGE);
else {
  try {
    await makeImages(values.engine, !values['no-k6']);
  } catch (error) {
    process.stderr.write(`${error instanceof Missing ? error.message : String((error as Error).stack)}\n`);
    process.exitCode = 1;
  }
}
