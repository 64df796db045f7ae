import { syncBuiltinESMExports } from 'node:module';
import { assertModuleFlags } from '../modules.ts';
import { real } from '../real.ts';
import { currentSimulation } from '../simulation.ts';
import { patchClock } from './clock.ts';
import { patchProcess } from './process.ts';
import { patchRandom } from './random.ts';
import { patchTimers } from './timers.ts';

let installed = false;

/**
 * Patches this process for good. Between runs the patched functions answer with the real ones; named ESM imports follow.
 * Only ever in a child process of the harness, or in a test file's own process.
 */
export function installKernel(): void {
  if (installed) return;
  assertModuleFlags();
  installed = true;
  patchTimers();
  patchClock();
  patchRandom();
  patchProcess();
  // Whatever nobody caught belongs to the process whose event is being run; without a simulation Node's own conduct stays.
  const crash = (error: unknown): void => {
    const simulation = currentSimulation();
    if (simulation !== undefined) return simulation.uncaught(error);
    real.writeSync(2, `${error instanceof Error ? error.stack : String(error)}\n`);
    return real.exit(1);
  };
  real.on('uncaughtException', crash);
  real.on('unhandledRejection', crash);
  syncBuiltinESMExports();
}
