import { existsSync } from 'node:fs';
import type Docker from 'dockerode';
import type { Finding } from '../../contract/index.ts';
import { command } from './engine/command.ts';
import { freePorts } from './engine/free-ports.ts';
import { answers, engine } from './images/engine.ts';
import { neededImages } from './images/needed.ts';
import { leftBehind } from './leftovers.ts';
import { substitutesExist } from './stack/compose.ts';

/** Measured with NUM-03, 04, 09, 10 and 19, which stay under it; rows with more servers may not. */
const MEMORY_NEEDED = 2 * 2 ** 30;

/** What is missing for runs on containers, with the command that mends it. */
export async function findings(): Promise<readonly Finding[]> {
  let docker: Docker;
  try {
    docker = await engine(false);
  } catch (error) {
    return [{ what: "Docker's engine", ok: false, detail: (error as Error).message.replaceAll('\n', ' ') }];
  }
  return [
    await engineFinding(docker),
    await compose(),
    await images(docker),
    memory(await docker.info()),
    packetRules(),
    await ports(),
    await left(),
  ];
}

async function engineFinding(docker: Docker): Promise<Finding> {
  const { Version } = await docker.version();
  return { what: "Docker's engine", ok: await answers(docker), detail: Version };
}

async function compose(): Promise<Finding> {
  const what = 'docker compose';
  try {
    return { what, ok: true, detail: (await command('docker', ['compose', 'version', '--short'])).trim() };
  } catch {
    return { what, ok: false, detail: 'version 2 does not answer: npm run images -- --engine installs it on Debian' };
  }
}

async function images(docker: Docker): Promise<Finding> {
  const what = 'images';
  const substitutes = await substitutesExist(docker);
  const found = await docker.listImages();
  const there = new Set(found.flatMap(({ RepoTags }) => RepoTags ?? []));
  const missing = neededImages(substitutes).filter((image) => !there.has(image));
  const detail = substitutes ? 'those of npm run images' : 'official ones';
  if (missing.length === 0) return { what, ok: true, detail };
  const mend = substitutes
    ? 'npm run images makes them'
    : 'docker compose pulls them and builds the service, or npm run images makes substitutes';
  return { what, ok: false, detail: `${missing.join(', ')}: ${mend}` };
}

function memory({ MemTotal }: { readonly MemTotal: number }): Finding {
  const detail = `${(MemTotal / 2 ** 30).toFixed(1)} GiB, ${MEMORY_NEEDED / 2 ** 30} needed`;
  return { what: "the engine's memory", ok: MemTotal >= MEMORY_NEEDED, detail };
}

function packetRules(): Finding {
  const ok = process.getuid?.() === 0 && existsSync('/usr/bin/nsenter');
  const detail = ok
    ? 'iptables in the containers by nsenter'
    : 'needs root and nsenter on the machine of the engine: sudo, apt-get install util-linux iptables';
  return { what: 'partitions', ok, detail };
}

async function ports(): Promise<Finding> {
  const what = 'ports of 127.0.0.1';
  try {
    await freePorts(20);
    return { what, ok: true, detail: 'free ones are found at each start' };
  } catch (error) {
    return { what, ok: false, detail: (error as Error).message };
  }
}

async function left(): Promise<Finding> {
  const residue = await leftBehind();
  const runs = [...new Set(residue.map(({ where }) => where))];
  const detail = runs.length === 0 ? 'nothing' : `${residue.length} things of ${runs.join('; ')}: faultline reset`;
  return { what: 'left by other runs', ok: runs.length === 0, detail };
}
