/** What heals a run whose harness is gone: it holds the lease's other end, in a container of its own. */
import { existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CUT_PREFIX, FULL_PREFIX, HEALED, LEASE, isOffset } from './lease.ts';

/** What the switch can do to the run's parts. */
export interface Healing {
  /** Takes every toxic off, and brings every proxy up. */
  resetProxies(): Promise<void>;
  /** Lets paused containers go on. Their names. */
  unpause(): Promise<readonly string[]>;
  /** Lifts the packet rules in a container's network namespace. */
  liftRules(instance: string): Promise<void>;
}

/** Whether the harness that renewed the lease in this folder has been gone for longer than `afterMs`. A lease that never was, or was given back, is not lost. */
export function isLost(folder: string, now: number, afterMs: number): boolean {
  const lease = join(folder, LEASE);
  if (existsSync(join(folder, HEALED))) return false;
  try {
    return now - statSync(lease).mtimeMs > afterMs;
  } catch {
    return false;
  }
}

/** Heals everything that it can, whatever fails; says what it did. Done once for a lease. */
export async function heal(folder: string, healing: Healing, log: (line: string) => void): Promise<void> {
  const cut = readdirSync(folder).flatMap((name) =>
    name.startsWith(CUT_PREFIX) ? [name.slice(CUT_PREFIX.length)] : [],
  );
  const attempt = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
      log(what);
    } catch (error) {
      log(`NOT DONE: ${what}: ${String(error)}`);
    }
  };
  await attempt('unpaused what was paused', () => healing.unpause());
  await attempt('took every toxic off', () => healing.resetProxies());
  for (const instance of cut)
    await attempt(`lifted the packet rules of ${instance}`, async () => {
      await healing.liftRules(instance);
      rmSync(join(folder, CUT_PREFIX + instance), { force: true });
    });
  await attempt('gave back the space of full disks', async () => emptyDisks(folder));
  await attempt('put the clocks right', async () => resetClocks(folder));
  writeFileSync(join(folder, HEALED), `${new Date().toISOString()}\n`);
}

/** Whoever holds a disk empties it when its mark is gone. */
function emptyDisks(folder: string): void {
  for (const name of readdirSync(folder).filter((each) => each.startsWith(FULL_PREFIX))) rmSync(join(folder, name));
}

function resetClocks(folder: string): void {
  for (const name of readdirSync(folder).filter(isOffset)) {
    writeFileSync(join(folder, `${name}.new`), '0\n');
    renameSync(join(folder, `${name}.new`), join(folder, name));
  }
}
