import type { Deployment, Finding, World } from '../../contract/index.ts';
import { loadPackages, overlaySources } from './kernel/modules.ts';
import { installKernel } from './kernel/patch/install.ts';
import { installNetwork } from './network/patch/install.ts';
import { splitShared } from './network/patch/shared.ts';
import { Clusters } from './running/clusters.ts';
import { start } from './running/start.ts';
import { findBinaries } from './servers/postgres/binaries.ts';
import { overlayMigrations } from './servers/postgres/migrations.ts';
import { reap } from './servers/postgres/template.ts';
import { startWatchdog } from './servers/postgres/watchdog.ts';

let clusters: Clusters | undefined;
const loaded = new Set<string>();

/** Loads the packages of a deployment's services: the first load takes real loop turns, which a run has none to spare of. */
async function preload(deployment: Deployment): Promise<void> {
  // Administration reads buckets with it.
  if (deployment.components.some(({ kind }) => kind === 'object-store')) await import('@aws-sdk/client-s3');
  for (const spec of deployment.components) {
    if (spec.kind !== 'service' || loaded.has(spec.entry)) continue;
    loaded.add(spec.entry);
    await loadPackages(spec.entry);
  }
  splitShared();
}

/** Everything in one process and in virtual time. From the first start on this process is patched for good. */
export const world: World = {
  name: 'simulated',
  doctor: async () => [postgres(), leftovers()],
  start: async (deployment, options) => {
    if (clusters === undefined) {
      startWatchdog();
      installKernel();
      installNetwork();
      clusters = new Clusters();
    }
    overlaySources(options.sources ?? {});
    overlayMigrations(options.sources ?? {});
    await preload(deployment);
    return start(deployment, options, clusters);
  },
};

function postgres(): Finding {
  const what = 'PostgreSQL binaries';
  try {
    const { bin, version } = findBinaries();
    return { what, ok: true, detail: `${version} in ${bin}` };
  } catch (error) {
    return { what, ok: false, detail: (error as Error).message };
  }
}

function leftovers(): Finding {
  const reaped = reap();
  return {
    what: 'servers of killed runs',
    ok: true,
    detail: reaped.length === 0 ? 'none' : `ended and removed ${reaped.join(', ')}`,
  };
}
