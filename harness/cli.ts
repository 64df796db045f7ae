import { Command, CommanderError, Option } from 'commander';
import { join, resolve } from 'node:path';
import { REPORTERS } from '../reports/index.ts';
import type { ReportFormat } from '../reports/index.ts';
import { CatalogueError } from '../catalogue/index.ts';
import { calibrate } from './commands/calibrate.ts';
import type { CalibrateOptions } from './commands/calibrate.ts';
import { check } from './commands/check.ts';
import type { CheckOptions } from './commands/check.ts';
import { diff } from './commands/diff.ts';
import { doctor } from './commands/doctor.ts';
import { explore } from './commands/explore.ts';
import type { ExploreOptions } from './commands/explore.ts';
import { list } from './commands/list.ts';
import { WALL_LIMITS, wholeNumber } from './commands/options.ts';
import type { RunOptions } from './commands/options.ts';
import { load } from './commands/load.ts';
import type { LoadOptions } from './commands/load.ts';
import { parity } from './commands/parity.ts';
import type { ParityOptions } from './commands/parity.ts';
import { replay } from './commands/replay.ts';
import type { ReplayOptions } from './commands/replay.ts';
import { sabotage } from './commands/sabotage.ts';
import type { SabotageOptions } from './commands/sabotage.ts';
import { MUTATIONS, Unready } from '../contract/index.ts';
import { report } from './commands/report.ts';
import { reset } from './commands/residue.ts';
import { run } from './commands/run.ts';
import { timeline } from './commands/timeline.ts';
import type { TimelineOptions } from './commands/timeline.ts';
import { TIMELINE_KINDS } from './timeline/event.ts';
import { UsageError } from './commands/usage-error.ts';
import { validate } from './commands/validate.ts';
import { LoadError } from './load/import-export.ts';
import { matrix } from './commands/matrix.ts';
import { refuseOthers } from './commands/matrix-options.ts';
import type { MatrixOptions } from './commands/matrix.ts';

/** Bad arguments; contract/verdict.ts. */
const BAD_ARGUMENTS = 254;

const root = resolve(process.env['FAULTLINE_ROOT'] ?? join(import.meta.dirname, '..'));
const program = new Command('faultline');
const settle = (code: number): void => {
  process.exitCode = code;
};

program
  .description('Runs a failure catalogue: fault, witness, detection, mitigation, recovery, verdict.')
  .exitOverride()
  .addHelpText('after', examples());

program
  .command('list')
  .description('every row of the catalogues, with what is implemented')
  .option('--system <name>', 'only one system')
  .option('--json', 'for machines')
  .action((options: { system?: string; json?: boolean }) => settle(list(root, options)));

program
  .command('validate')
  .description('check catalogues and scenarios against each other; list assertions never seen red')
  .addOption(runsDir())
  .action(async (options: { runsDir: string }) => settle(await validate(root, options)));

running(
  program
    .command('run')
    .argument('[ids...]', 'rows such as NUM-03, or runs such as NUM-03/A; none: every implemented row'),
)
  .description('run rows of the catalogue and judge them')
  .option('--bail', 'begin no run after the first that did not pass')
  .option('--abort-on <alert>', 'give a run up, and heal, when this alert fires')
  .option('--trace', 'keep the semantic events of each run, so that a replay can show the first difference')
  .action(async (ids: string[], options: RunOptions) => settle(await run(root, ids, options)));

program
  .command('replay')
  .description('run again what a journal recorded, and show the first difference')
  .argument('<run>', 'runs/latest, a run of it (runs/latest/NUM-03/A), or a counterexample of explore')
  .option('--jobs <n>', 'runs at the same time, a process each', wholeNumber(1))
  .option('--wall-limit <seconds>', 'real time that one run may take', wholeNumber(1))
  .option('--until <time>', "end it there, since the run's start, such as 41.2s")
  .option('--inspect', "with --until: wait there for a debugger; the run's time stands still at breakpoints")
  .addOption(runsDir())
  .action(async (path: string, options: ReplayOptions) => settle(await replay(root, path, options)));

running(program.command('sabotage').argument('[ids...]', 'rows such as NUM-03; none: every implemented row'))
  .description('switch off one safeguard at a time and demand that the assertion named turns red')
  .option('--seeds <n>', 'repeat with this many seeds, from --seed on', wholeNumber(1), 1)
  .option('--line <n>', 'only this sabotage line of the catalogue', wholeNumber(0))
  .option('--lines-only', "only the catalogue's lines, no mutation")
  .addOption(new Option('--mutation <name>', 'only this mutation').choices(MUTATIONS))
  .option('--matrix', 'each safeguard, the assertions of rows that notice its absence, and what exploration says')
  .option('--budget <duration>', 'with --matrix: real time of exploration for each safeguard', '60s')
  .option('--no-explore', 'with --matrix: only what rows say')
  .option('--safeguard-off <name>', 'with --matrix: only this safeguard')
  .action(async (ids: string[], options: SabotageOptions & MatrixOptions & { matrix?: boolean }, command: Command) => {
    refuseOthers(command, options.matrix === true, ids);
    settle(options.matrix === true ? await matrix(root, options) : await sabotage(root, ids, options));
  });

program
  .command('explore')
  .description('draw workloads and fault schedules from a seed, run them, and make small what fails')
  .option('--system <name>', 'whose model draws and judges', 'numbering')
  .option('--budget <duration>', 'real time, such as 90s or 2m (default 1m)')
  .option('--runs <n>', 'so many runs, in place of a budget', wholeNumber(1))
  .option('--seed <n>', 'everything random comes from it', wholeNumber(0), 1)
  .option('--faults <kinds>', 'only these kinds of fault, separated by commas')
  .option('--topology <name>', 'only this deployment')
  .option('--jobs <n>', 'runs at the same time, a process each (default: the number of cores)', wholeNumber(1))
  .option('--safeguard-off <name>', 'without this safeguard')
  .option('--planted <patch>', 'with a bug planted: models/planted/<name>.patch, or a file')
  .option('--failures <n>', 'go on until so many checks have failed', wholeNumber(1), 1)
  .option('--shrink-limit <seconds>', 'real time for making one failure small', wholeNumber(1), 60)
  .option('--wall-limit <seconds>', 'real time that one run may take', wholeNumber(1), 60)
  .option('--keep', 'add what was found to scenarios/found: `npm run chaos` runs it from then on')
  .option('--json', 'the result as JSON on standard output')
  .addOption(runsDir())
  .action(async (options: ExploreOptions) => settle(await explore(root, options)));

program
  .command('report')
  .description('show a run again, from its journal')
  .argument('<run>', 'folder of an invocation, such as runs/latest')
  .addOption(new Option('--format <form>', 'form of the report').choices(Object.keys(REPORTERS)).default('terminal'))
  .action((path: string, options: { format: ReportFormat }) => settle(report(path, options)));

program
  .command('timeline')
  .argument('<run>', 'one run, such as runs/latest/NUM-03/A')
  .description('what happened in a run, in the order of its time: operations, faults, statements, logs, alerts')
  .option('--from <time>', "since the run's start, such as 41.2s")
  .option('--to <time>', "since the run's start")
  .option('--only <kinds>', `of ${TIMELINE_KINDS.join(', ')}; separated by commas`)
  .option('--who <name>', 'only what names this component, client or alert')
  .option('--json', 'an event a line as JSON')
  .action((path: string, options: TimelineOptions) => settle(timeline(path, options)));

program
  .command('diff')
  .argument('<one>', 'a run such as runs/latest/NUM-03/A, or a whole invocation')
  .argument('<other>', 'what it is held against')
  .description('where two runs part')
  .action((one: string, other: string) => settle(diff(one, other)));

program
  .command('check')
  .argument('[history]', "a history.jsonl, Jepsen's EDN or its etcd logs; or the folder of a run")
  .description('hold a recorded history against a model: is it linearizable?')
  .option('--model <name>', "the model; without it the one whose words the history's operations are")
  .option('--html [file]', 'write a page that shows the operations on a time line')
  .option('--time-limit <seconds>', 'real time that the search may take', wholeNumber(1), 60)
  .option('--memory-limit <MB>', 'memory that the search may fill', wholeNumber(1), 1024)
  .action(async (history: string | undefined, { html, ...options }: CheckOptions) => {
    // `--html history.jsonl`: the word after the option was meant as the history.
    const named = history ?? (typeof html === 'string' ? html : undefined);
    if (named === undefined)
      throw new UsageError('expected a history: faultline check runs/latest/NUM-03/A --model NAME');
    const page = history === undefined && html !== undefined ? true : html;
    settle(await check(named, { ...options, ...(page === undefined ? {} : { html: page }) }));
  });

program
  .command('doctor')
  .description('what is missing on this machine')
  .addOption(world())
  .action(async (options: { world: string }) => settle(await doctor(root, options)));

program
  .command('parity')
  .argument('[ids...]', 'rows such as NUM-03, or runs such as NUM-03/A; none: every implemented row')
  .description('run rows in the simulated and in the deployed world, and hold the verdicts against each other')
  .option('--seed <n>', 'everything random comes from it', wholeNumber(0), 1)
  .option('--speed <n>', 'how much faster than the document it is deployed (default 10)', wholeNumber(1))
  .option('--system <name>', 'only rows of one system')
  .option('--wall-limit <seconds>', 'real time that one run may take', wholeNumber(1))
  .option('--json', 'the agreement of each run as JSON on standard output')
  .addOption(runsDir())
  .action(async (ids: string[], options: ParityOptions) => settle(await parity(root, ids, options)));

program
  .command('load')
  .argument('<id>', 'a row with a file in scenarios/load, such as NUM-03')
  .description("a row's latencies under a steady load by k6, on containers, with Toxiproxy and without")
  .option('--seconds <n>', 'how long each phase is measured', wholeNumber(10), 30)
  .option('--rate <n>', "calls a second, in place of the load test's own", wholeNumber(1))
  .option('--seed <n>', 'everything random comes from it', wholeNumber(0), 1)
  .addOption(runsDir())
  .action(async (id: string, options: LoadOptions) => settle(await load(root, id, options)));

program
  .command('calibrate')
  .description('measure links and servers on containers, and write the profile that the simulated network uses')
  .option('--system <name>', 'whose deployment is measured', 'numbering')
  .option('--dry-run', 'only show the figures')
  .action(async (options: CalibrateOptions) => settle(await calibrate(root, options)));

program
  .command('reset')
  .description('remove what a run that was killed has left on this machine')
  .addOption(world('deployed'))
  .action(async (options: { world: string }) => settle(await reset(root, options)));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) settle(error.exitCode === 0 ? 0 : BAD_ARGUMENTS);
  else if (
    error instanceof UsageError ||
    error instanceof LoadError ||
    error instanceof CatalogueError ||
    error instanceof Unready
  ) {
    process.stderr.write(`${error.message}\n`);
    settle(error instanceof UsageError ? BAD_ARGUMENTS : 255);
  } else {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    settle(255);
  }
}

/** The options of every command that starts runs. */
function running(command: Command): Command {
  return command
    .option('--seed <n>', 'everything random comes from it', wholeNumber(0), 1)
    .option(
      '--jobs <n>',
      'runs at the same time, a process each (default: up to four; one where it is deployed)',
      wholeNumber(1),
    )
    .option('--speed <n>', 'how much faster than the document, where it is deployed (default 10)', wholeNumber(1))
    .option('--system <name>', 'only rows of one system')
    .option('--wall-limit <seconds>', `real time that one run may take (default ${WALL_LIMITS})`, wholeNumber(1))
    .option('--json', 'the result as JSON on standard output')
    .addOption(world())
    .addOption(runsDir());
}

function world(usual = 'simulated'): Option {
  return new Option('--world <name>', 'where the system is deployed: simulated, or deployed for containers').default(
    usual,
  );
}

function runsDir(): Option {
  return new Option('--runs-dir <path>', 'where journals are kept').default('runs');
}

function examples(): string {
  return `
Examples:
  faultline run                      every implemented row, with the default seed
  faultline run NUM-03 --seed 4711   one row
  faultline run NUM-03/B             one run of it
  faultline replay runs/latest/NUM-03/A
  faultline explore --budget 2m      look for failures that nobody has written down
  faultline sabotage NUM-03          show that its assertions can fail
  faultline report runs/latest --format markdown

  faultline check history.jsonl --model cas-register --html page.html

Exit codes: 0 pass, 1 fail, 2 vacuous or unknown, 3 aborted, 4 residue, 254 bad arguments, 255 error.`;
}
