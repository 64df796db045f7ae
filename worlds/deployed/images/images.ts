/** All images that are made here, and from what. */
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compileShim, SHIM_SOURCE } from '../clocks/compile.ts';
import { RELEASE } from './debian.ts';
import { addBusybox, addPrograms, addRoot, PACKAGES } from './debian-roots.ts';
import { goBuild, type GoProgram } from './go.ts';
import type { Image } from './image.ts';
import { closure, filesOf, imported, sources } from './packages.ts';
import { Missing } from './problem.ts';
import { $ } from './shell.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** What of the repository the services need: the system, its deployments (for the inventory) and what prepares and runs them. */
const SERVICE_FOLDERS = [
  'system',
  'standins',
  'deployments',
  'worlds/deployed/task-runtime',
  'worlds/deployed/dead-mans-switch',
  'worlds/deployed/images/service',
];

const TOXIPROXY_VERSION = '2.12.0';
const toxiproxyProgram = (name: string, folder: string): GoProgram => ({
  name,
  package: `github.com/Shopify/toxiproxy/v2/cmd/${folder}`,
  version: TOXIPROXY_VERSION,
  set: { 'github.com/Shopify/toxiproxy/v2.Version': TOXIPROXY_VERSION },
});

/** Without them no deployment starts; built beside the other images. */
export const TOXIPROXY: readonly GoProgram[] = [
  toxiproxyProgram('toxiproxy-server', 'server'),
  toxiproxyProgram('toxiproxy-cli', 'cli'),
];
const NATS: readonly GoProgram[] = [
  { name: 'nats-server', package: 'github.com/nats-io/nats-server/v2', version: '2.15.2', built: 'nats-server' },
];
const VERSITYGW: readonly GoProgram[] = [
  { name: 'versitygw', package: 'github.com/versity/versitygw/cmd/versitygw', version: '1.8.0' },
];
const K6: readonly GoProgram[] = [{ name: 'k6', package: 'go.k6.io/k6', version: '1.8.1' }];

const debian = (...packages: readonly (readonly string[])[]): readonly string[] => [RELEASE, ...packages.flat()];
const go = (programs: readonly GoProgram[]): readonly string[] => programs.map((program) => JSON.stringify(program));

/** Puts Go programs beside busybox. */
async function addGo(programs: readonly GoProgram[], context: string): Promise<void> {
  const paths = await goBuild(programs);
  await addBusybox(context);
  for (const [index, { name }] of programs.entries()) install(paths[index]!, join(context, name));
}

function install(from: string, to: string): void {
  copyFileSync(from, to);
  chmodSync(to, 0o755);
}

const base: Image = {
  tag: `faultline/base:${RELEASE}`,
  folder: 'base',
  inputs: [...debian(PACKAGES.base), readFileSync(SHIM_SOURCE, 'utf8'), readHere('base-root.ts')],
  fill: async (context) => {
    await addRoot('base', context);
    await compileShim(join(context, 'skew.so'));
  },
};

const postgres: Image = {
  tag: 'faultline/postgres:17',
  folder: 'postgres',
  parent: base,
  inputs: debian(PACKAGES.postgres),
  fill: (context) => addRoot('postgres', context),
};

const redis: Image = {
  tag: 'faultline/redis:8',
  folder: 'redis',
  parent: base,
  inputs: debian(PACKAGES.redis),
  fill: (context) => addRoot('redis', context),
};

const pgbouncer: Image = {
  tag: 'faultline/pgbouncer:1',
  folder: 'pgbouncer',
  parent: base,
  inputs: debian(PACKAGES.pgbouncer),
  fill: (context) => addRoot('pgbouncer', context),
};

const nats: Image = {
  tag: 'faultline/nats:2',
  folder: 'nats',
  inputs: go(NATS),
  fill: (context) => addGo(NATS, context),
};

const versitygw: Image = {
  tag: 'faultline/versitygw:1',
  folder: 'versitygw',
  inputs: go(VERSITYGW),
  fill: (context) => addGo(VERSITYGW, context),
};

const prometheus: Image = {
  tag: 'faultline/prometheus:2.53',
  folder: 'prometheus',
  parent: base,
  inputs: debian(PACKAGES.prometheus),
  fill: (context) => addPrograms('prometheus', ['prometheus', 'promtool'], context),
};

const toxiproxy: Image = {
  tag: `faultline/toxiproxy:${TOXIPROXY_VERSION}`,
  folder: 'toxiproxy',
  inputs: go(TOXIPROXY),
  fill: (context) => addGo(TOXIPROXY, context),
};

const k6: Image = {
  tag: 'faultline/k6:1.8.1',
  folder: 'k6',
  inputs: go(K6),
  fill: (context) => addGo(K6, context),
};

/** Images in the order in which they are made: parents first, slow builds last. */
export function images(withK6: boolean): readonly Image[] {
  const node = nodeImage();
  const packages = packagesImage(node);
  return [
    base,
    postgres,
    redis,
    node,
    packages,
    serviceImage(packages),
    prometheus,
    toxiproxy,
    pgbouncer,
    nats,
    versitygw,
    ...(withK6 ? [k6] : []),
  ];
}

function nodeImage(): Image {
  const platform = `node-linux-${process.arch}`;
  let manifest: string;
  try {
    manifest = createRequire(import.meta.url).resolve(`${platform}/package.json`);
  } catch (error) {
    throw new Missing(
      `The npm package ${platform}, which holds Node 24, is not installed.`,
      'Run npm ci (on Linux).',
      error,
    );
  }
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return {
    tag: 'faultline/node:24',
    folder: 'node',
    parent: base,
    inputs: [version],
    fill: async (context) => install(join(dirname(manifest), 'bin', 'node'), join(context, 'node')),
  };
}

function packagesImage(node: Image): Image {
  const wanted = closure(ROOT, imported(ROOT, SERVICE_FOLDERS));
  return {
    tag: 'faultline/packages:local',
    folder: 'packages',
    parent: node,
    inputs: [...wanted].map(([folder, version]) => `${folder}@${version}`),
    // A tar file: the engine adds it in a second, and copies thousands of small files in half a minute.
    fill: async (context) => {
      const names = [...wanted.keys()].flatMap((folder) => filesOf(ROOT, folder));
      writeFileSync(join(context, 'names'), names.join('\n'));
      await $`tar -c --owner=0 --group=0 --numeric-owner -C ${ROOT} -T ${join(context, 'names')} -f ${join(context, 'packages.tar')}`;
    },
  };
}

function serviceImage(packages: Image): Image {
  const files = ['package.json', ...SERVICE_FOLDERS.flatMap((folder) => sources(ROOT, folder))];
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(ROOT, file)));
  return {
    tag: 'faultline/service:local',
    folder: 'service',
    parent: packages,
    inputs: [hash.digest('hex')],
    quick: true,
    fill: async (context) => {
      for (const file of files) {
        mkdirSync(dirname(join(context, 'app', file)), { recursive: true });
        copyFileSync(join(ROOT, file), join(context, 'app', file));
      }
    },
  };
}

function readHere(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8');
}
