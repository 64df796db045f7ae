import { EXIT_CODES } from '../../contract/index.ts';
import { caseLines } from '../../reports/exploration.ts';
import { span } from '../../reports/text.ts';
import { readCounterexample } from '../explore/counterexample.ts';
import type { Counterexample } from '../explore/counterexample.ts';
import { explorable, loadExploration, loadFaults } from '../explore/load-case.ts';
import { ofCheck } from '../explore/minimize.ts';
import type { CaseOutcome } from '../explore/worker-job.ts';
import { Workers } from '../explore/workers.ts';
import { codeHashes } from '../journal/hashes.ts';
import { sourcesOf } from './choose-exploration.ts';
import { UsageError } from './usage-error.ts';

/** A counterexample that was run again. */
export interface Replayed {
  readonly outcome: CaseOutcome;
  /** It fails by the same check as when it was written. */
  readonly failsAgain: boolean;
}

/** Runs the case of a counterexample in a process of its own. @throws UsageError where its system or its planted bug is not there */
export async function replayCounterexample(
  root: string,
  { case: drawn, failure }: Counterexample,
  wallLimitMs: number,
): Promise<Replayed> {
  if (!explorable(root).includes(drawn.system))
    throw new UsageError(
      `the counterexample is of ${drawn.system}: expected one of ${explorable(root).join(', ')}, whose models/<system>/exploration.ts is there`,
    );
  const { kinds } = await loadFaults(root);
  const strange = drawn.faults.find(({ kind }) => !kinds.includes(kind));
  if (strange !== undefined)
    throw new UsageError(
      `the counterexample has a fault ${JSON.stringify(strange.kind)}: expected one of ${kinds.join(', ')}`,
    );
  const { topologies } = await loadExploration(root, drawn.system);
  if (!topologies.some(({ name }) => name === drawn.topology))
    throw new UsageError(
      `the counterexample is of the topology ${drawn.topology}: expected one of ${topologies.map(({ name }) => name).join(', ')}`,
    );
  const sources = drawn.planted === undefined ? undefined : sourcesOf(root, drawn.planted);
  await using workers = new Workers({
    setup: { root, world: 'simulated', system: drawn.system, ...(sources === undefined ? {} : { sources }) },
    jobs: 1,
    wallLimitMs,
  });
  const outcome = await workers.run({ case: drawn, whole: true });
  return { outcome, failsAgain: ofCheck(outcome, failure.check) !== undefined };
}

/** `faultline replay <counterexample.json>`: exit code 1 when it fails again, 0 when it passes now, 255 when it cannot be run. */
export async function replayCase(root: string, file: string, wallLimitMs: number): Promise<number> {
  const counterexample = readCounterexample(file);
  if (counterexample === undefined)
    throw new UsageError(
      `${file}: expected a counterexample that faultline explore has written, found something else; was it cut off? explore with its seed again`,
    );
  const { case: drawn, failure, hash, code } = counterexample;
  const begun = performance.now();
  const { outcome, failsAgain } = await replayCounterexample(root, counterexample, wallLimitMs);
  const lines = [
    `counterexample of ${drawn.system}: ${failure.check}`,
    ...caseLines(drawn).map((line) => `  ${line}`),
    ...(outcome.history ?? []).map(
      ({ id, process, name, outcome: end, error, invokedAt, completedAt }) =>
        `  operation ${String(id).padEnd(3)} ${process.padEnd(10)} ${name.padEnd(20)} ${(end === 'ok' ? 'ok' : `${end} ${error ?? ''}`).padEnd(26)} ${invokedAt.toFixed(0)} to ${completedAt?.toFixed(0) ?? 'the end'} ms`,
    ),
    ...outcome.faults.map(
      ({ title, injectedAt, healedAt, seen, skipped }) =>
        `  fault ${title}: ${injectedAt.toFixed(0)} to ${healedAt?.toFixed(0) ?? 'the end'} ms, ${skipped === undefined ? (seen ?? 'nothing was seen of it') : `not possible: ${skipped}`}`,
    ),
    ...outcome.failures.map(({ check, what }) => `  ${check === failure.check ? 'FAIL ' : 'also '} ${check}: ${what}`),
  ];
  const sameCode = codeHashes(root).source === code;
  if (outcome.problem !== undefined) lines.push(`  ERROR ${outcome.problem}`);
  else if (outcome.hash === hash) lines.push(`the same run: trace ${hash.slice(0, 16)}`);
  else
    lines.push(
      sameCode
        ? `DIFFERENT with the same code: trace ${outcome.hash.slice(0, 16)}, recorded ${hash.slice(0, 16)}`
        : `another run, by other code: trace ${outcome.hash.slice(0, 16)}, recorded ${hash.slice(0, 16)}`,
    );
  const word = outcome.problem === undefined ? (failsAgain ? 'FAIL' : 'pass') : 'ERROR';
  const said = { FAIL: 'it fails again', pass: 'it does not fail any more', ERROR: 'it could not be run' }[word];
  lines.push(`${word}  ${said} (${span(performance.now() - begun)})`);
  process.stdout.write(`${lines.join('\n')}\n`);
  if (outcome.problem !== undefined) return EXIT_CODES.error;
  return failsAgain ? EXIT_CODES.fail : EXIT_CODES.pass;
}
