import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT_CODES, worst } from '../../contract/index.ts';
import type { LoadTest, LoadTestBody, Running, Verdict } from '../../contract/index.ts';
import { quote } from '../../catalogue/index.ts';
import { openInvocation } from '../journal/invocation.ts';
import { deploymentFor } from '../load/deployment.ts';
import { importExport } from '../load/import-export.ts';
import { openProject } from '../load/project.ts';
import { loadTestFiles } from '../load/scenario-files.ts';
import { loadSystem, loadWorld } from '../load/subject.ts';
import { measurePhase } from '../load-test/phase.ts';
import type { Measured } from '../load-test/phase.ts';
import { loadText } from '../load-test/text.ts';
import { verdictsOf } from '../load-test/verdicts.ts';
import { shownPath } from './invoke.ts';
import { RESIDUE, refusedForResidue } from './residue.ts';
import { UsageError } from './usage-error.ts';

export interface LoadOptions {
  readonly seconds: number;
  readonly rate?: number;
  readonly seed: number;
  readonly runsDir: string;
}

/** With the services' links through Toxiproxy as always, and past it. */
const WAYS = [false, true] as const;

/**
 * `faultline load <id>`: a row's latencies under a steady load by k6, measured inside the service, with Toxiproxy and without.
 * Exit code of the worst verdict: 2 where the machine was too busy to tell.
 */
export async function load(root: string, id: string, options: LoadOptions): Promise<number> {
  const project = openProject(root, [id]);
  const found = project.rows.find(({ row }) => row.id === id);
  const file = loadTestFiles(root).find((each) => each.id === id);
  if (found === undefined || file === undefined) {
    const known = loadTestFiles(root).map((each) => each.id);
    throw new UsageError(`expected a row with a file in scenarios/load (${known.join(', ')}), found ${id}`);
  }
  if (await refusedForResidue(root, 'deployed')) return RESIDUE;
  const { row } = found;
  const test = await importExport<LoadTest>(
    file.file,
    'default',
    "a load test: loadTest('ID', ({ quote }) => ({ ... }))",
  );
  const body = test.build({ quote: (text) => quote(row, text) });
  const rated: LoadTestBody = options.rate === undefined ? body : { ...body, callsPerSecond: options.rate };
  const deployment = deploymentFor(row, await loadSystem(root, row.system));
  const directory = openInvocation(options.runsDir, new Date(), `load-${id}`);
  const world = await loadWorld(root, 'deployed');
  const measured: Measured[] = [];
  try {
    for (const pastProxies of WAYS) {
      const begun = { seed: options.seed, speed: 1, deadlineMs: Infinity, pastProxies };
      await using running: Running = await world.start(deployment, begun);
      for (const phase of rated.phases) measured.push(await measurePhase(running, rated, phase, options, pastProxies));
    }
  } finally {
    await world.close?.();
  }
  const verdicts: readonly Verdict[] = verdictsOf(rated, measured, options.seconds);
  process.stdout.write(loadText(rated, measured, verdicts));
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'load.json'), `${JSON.stringify({ id, options, measured, verdicts }, null, 2)}\n`);
  process.stdout.write(`journal: ${shownPath(directory)}/load.json\n`);
  return EXIT_CODES[worst(verdicts)];
}
