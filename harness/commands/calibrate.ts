import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Calibration } from '../../contract/index.ts';
import { deploymentFor } from '../load/deployment.ts';
import { loadSystem, loadWorld } from '../load/subject.ts';
import { RESIDUE, refusedForResidue } from './residue.ts';
import { UsageError } from './usage-error.ts';

/** What the simulated network reads. */
const PROFILE = join('worlds', 'simulated', 'network', 'profile.json');
/** Beyond this share of the time without a processor the figures are the machine's other work. */
const BUSY = 0.05;

export interface CalibrateOptions {
  readonly system: string;
  readonly dryRun?: boolean;
}

/**
 * `faultline calibrate`: measures links and servers on containers and writes the profile of the simulated network. Exit code
 * 2, and nothing written, where the machine was too busy to tell.
 */
export async function calibrate(root: string, options: CalibrateOptions): Promise<number> {
  if (await refusedForResidue(root, 'deployed')) return RESIDUE;
  const whole = await loadSystem(root, options.system);
  const service = whole.components.find(({ kind }) => kind === 'service');
  if (service === undefined) throw new UsageError(`deployments/${options.system}.ts has no service to measure from`);
  const place = `the service ${service.name}`;
  const deployment = deploymentFor({ id: 'calibrate', needs: [service.name], place }, whole);
  const world = await loadWorld(root, 'deployed');
  if (world.calibrate === undefined) throw new UsageError('the deployed world cannot be calibrated');
  let found: Calibration;
  try {
    found = await world.calibrate(deployment);
  } finally {
    await world.close?.();
  }
  const file = join(root, PROFILE);
  const before: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  process.stdout.write(`${differences(before, found).join('\n')}\n`);
  const { waitedForProcessor } = found.measured;
  if (waitedForProcessor > BUSY) {
    const share = Math.round(waitedForProcessor * 100);
    process.stdout.write(`not written: ${share} % of the time without a processor; the machine is too busy to tell\n`);
    return 2;
  }
  if (options.dryRun !== true) {
    writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`);
    process.stdout.write(`written: ${PROFILE}\n`);
  }
  return 0;
}

/** `postgres.baseMs 0.25 -> 0.08`, a line for each figure. */
function differences(before: unknown, now: unknown, path = ''): readonly string[] {
  if (typeof now !== 'object' || now === null)
    return [
      `${path.padEnd(28)} ${JSON.stringify(before) ?? '-'} -> ${JSON.stringify(now)}${before === now ? ' (as before)' : ''}`,
    ];
  const old = (typeof before === 'object' && before !== null ? before : {}) as Readonly<Record<string, unknown>>;
  return Object.entries(now).flatMap(([name, value]) =>
    differences(old[name], value, path === '' ? name : `${path}.${name}`),
  );
}
