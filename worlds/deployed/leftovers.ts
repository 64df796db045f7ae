import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { Residue } from '../../contract/index.ts';
import { PROJECT_LABEL, PROJECT_PREFIX, RUN_LABEL, SERVICE_LABEL } from './engine/labels.ts';
import { ProcessorShare } from './engine/processor-share.ts';
import { engine } from './images/engine.ts';
import { RunFolder } from './stack/folder.ts';

/** What a busy engine may take to let go of a network. */
const GONE_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 250;

type Labels = Readonly<Record<string, string>> | undefined;

/** What the engine has of runs, by their label. What somebody has brought up by hand is not among it. */
interface Found {
  readonly containers: readonly {
    readonly id: string;
    readonly run: string;
    readonly name: string;
    readonly state: string;
  }[];
  readonly networks: readonly { readonly id: string; readonly run: string; readonly name: string }[];
  readonly volumes: readonly { readonly run: string; readonly name: string }[];
  /** Runs whose folder is there. */
  readonly folders: readonly string[];
}

/** What runs have left behind, and runs that go on. */
export async function leftBehind(): Promise<readonly Residue[]> {
  const found = await find(await engine(false));
  const holder = (run: string): string => {
    const pid = new RunFolder(run).heldBy;
    return pid === undefined ? `run ${run}` : `run ${run}, which process ${pid} is doing now`;
  };
  return [
    ...found.containers.map(({ name, run, state }) => ({ what: `container ${name}, ${state}`, where: holder(run) })),
    ...found.networks.map(({ name, run }) => ({ what: `network ${name}`, where: holder(run) })),
    ...found.volumes.map(({ name, run }) => ({ what: `volume ${name}`, where: holder(run) })),
    ...found.folders.map((run) => ({ what: `folder ${new RunFolder(run).path}`, where: holder(run) })),
  ];
}

/**
 * Removes containers, networks, volumes and folders of runs whose process has ended. Toxics, packet rules and offsets of
 * clocks end with their containers and folders; a paused container is removed as any other. A run that goes on is left alone.
 */
export async function reset(): Promise<readonly string[]> {
  const docker = await engine(false);
  const found = await find(docker);
  const over = ({ run }: { readonly run: string }): boolean => new RunFolder(run).heldBy === undefined;
  const done: string[] = [];
  await Promise.all(
    found.containers.filter(over).map(async ({ id, name, run, state }) => {
      await docker.getContainer(id).remove({ force: true, v: true });
      done.push(`removed the container ${name} (${state}) of run ${run}`);
    }),
  );
  for (const { id, name, run } of found.networks.filter(over)) {
    done.push(
      (await removeNetwork(docker, id))
        ? `removed the network ${name} of run ${run}`
        : `NOT removed: the network ${name} of run ${run}, which the engine holds although nothing is in it; restart the engine`,
    );
  }
  for (const { name, run } of found.volumes.filter(over)) {
    await docker.getVolume(name).remove();
    done.push(`removed the volume ${name} of run ${run}`);
  }
  for (const run of found.folders.filter((each) => over({ run: each }))) {
    const folder = new RunFolder(run);
    folder.remove();
    new ProcessorShare(run).remove();
    done.push(`removed ${folder.path}`);
  }
  return done;
}

/** A busy engine may still have the ends of containers that it has removed: they are taken off it first. False: it does not let go. */
async function removeNetwork(docker: Docker, id: string): Promise<boolean> {
  const network = docker.getNetwork(id);
  for (const end = performance.now() + GONE_WITHIN_MS; ; await sleep(LOOK_EVERY_MS)) {
    const { Containers = {} } = (await network.inspect()) as {
      readonly Containers?: Readonly<Record<string, unknown>>;
    };
    for (const Container of Object.keys(Containers))
      await network.disconnect({ Container, Force: true }).catch(() => {}); // it has gone meanwhile
    try {
      await network.remove();
      return true;
    } catch {
      if (performance.now() > end) return false;
    }
  }
}

async function find(docker: Docker): Promise<Found> {
  const filters = { label: [RUN_LABEL] };
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ]);
  return {
    containers: containers
      .filter(({ Labels }) => isRuns(Labels))
      .map(({ Id, Labels, State }) => ({
        id: Id,
        run: runOf(Labels),
        name: Labels[SERVICE_LABEL] ?? Id,
        state: State,
      })),
    networks: networks
      .filter(({ Labels }) => isRuns(Labels))
      .map(({ Id, Labels, Name }) => ({ id: Id, run: runOf(Labels), name: Name })),
    volumes: (volumes ?? [])
      .filter(({ Labels }) => isRuns(Labels))
      .map(({ Labels, Name }) => ({ run: runOf(Labels), name: Name })),
    folders: readdirSync(tmpdir()).flatMap((name) => /^faultline-(\d+-[0-9a-f]{6})$/.exec(name)?.[1] ?? []),
  };
}

/** Of a run, and of a compose project that this world makes. */
function isRuns(labels: Labels): boolean {
  return labels?.[PROJECT_LABEL]?.startsWith(PROJECT_PREFIX) === true && labels[RUN_LABEL] !== undefined;
}

function runOf(labels: Labels): string {
  return labels?.[RUN_LABEL] ?? '';
}
