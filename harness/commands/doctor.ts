import { spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import type { Finding } from '../../contract/index.ts';
import { loadWorld } from '../load/subject.ts';
import { knownWorld } from './known-world.ts';

/** `faultline doctor`: what a user should know before the first run. Exit code 1 when something needed is missing. */
export async function doctor(root: string, options: { readonly world: string }): Promise<number> {
  knownWorld(root, options.world);
  const world = await loadWorld(root, options.world);
  const findings = [...own(), ...(await world.doctor())];
  for (const { ok, what, detail } of findings)
    process.stdout.write(`${ok ? 'ok     ' : 'missing'} ${what.padEnd(22)} ${detail}\n`);
  return findings.every(({ ok }) => ok) ? 0 : 1;
}

function own(): readonly Finding[] {
  const major = Number(process.versions.node.split('.')[0]);
  const pinning = spawnSync('taskset', ['--version']).status === 0;
  return [
    { what: 'Node', ok: major >= 24, detail: `${process.version}, expected 24 or newer` },
    { what: 'cores and memory', ok: true, detail: `${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(1)} GiB` },
    {
      what: 'pinning to cores',
      ok: true,
      detail: pinning ? 'taskset' : 'no taskset: runs are not pinned and a little slower',
    },
  ];
}
