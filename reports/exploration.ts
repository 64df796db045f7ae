import type { Command, ExplorationCase, ExplorationResult, FoundFailure, PlannedFault } from '../contract/index.ts';
import { clock, span } from './text.ts';

/** Points and cells that are named at the end; the rest is in exploration.json. */
const NAMED = 6;

/** An exploration for a person: what was looked at, what was not, what failed, and the next command. */
export function explorationText(result: ExplorationResult, directory: string): string {
  const { system, world, seed, runs, exploringMs, failures, problems, faults, operations } = result;
  const perSecond = runs / Math.max(0.001, exploringMs / 1000);
  const missed = Object.entries(result.reached).flatMap(([name, count]) => (count === 0 ? [name] : []));
  const lines = [
    `explored ${system} · ${world} · seed ${seed}`,
    `  runs       ${number(runs)} in ${span(exploringMs)}, ${perSecond.toFixed(1)} a second by ${result.jobs} · ${span(result.simulatedMs)} simulated`,
    `  drawn      ${number(operations)} operations · ${number(faults.injected)} faults, ${number(faults.bit)} seen to bite${faults.skipped > 0 ? `, ${faults.skipped} not possible` : ''} · ${Object.entries(
      result.topologies,
    )
      .toSorted(([, a], [, b]) => b - a)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
    `  covered    ${number(result.cells - result.uncovered)} of ${number(result.cells)} of fault x component x state`,
    ...(result.swept.of === 0
      ? []
      : [`  swept      ${number(result.swept.dealt)} of ${number(result.swept.of)} strikes at steps of commands`]),
    `  reached    ${Object.keys(result.reached).length - missed.length} of ${Object.keys(result.reached).length} points${missed.length > 0 ? `; never: ${some(missed)}` : ''}`,
    `  memory     ${result.memoryMb} MB at most in a worker${result.recycled > 0 ? `, ${result.recycled} replaced` : ''}`,
    `  hash       ${result.hash.slice(0, 16)} over all runs`,
    ...problems.slice(0, 3).map(({ run, problem }) => `  ERROR      run ${run}: ${problem.split('\n')[0]}`),
    ...(problems.length > 3 ? [`             and ${problems.length - 3} more, in exploration.json`] : []),
  ];
  return `${[...lines, ...failures.flatMap(failureLines), ...closing(result, directory)].join('\n')}\n`;
}

function failureLines(found: FoundFailure): readonly string[] {
  const { failure, drawn, tried, shrinkMs, confirmed, minimal, run } = found;
  return [
    '',
    `  FAIL       ${failure.check}`,
    `             ${failure.what}`,
    `  run ${String(run).padEnd(6)} ${drawn.commands} commands and ${drawn.faults} faults; ${found.case.commands.length} and ${found.case.faults.length} are left after ${tried} tries in ${span(shrinkMs)}${minimal ? '' : ' (time was up: smaller may be possible)'}`,
    ...caseLines(found.case).map((line) => `             ${line}`),
    confirmed
      ? `  confirmed  two further runs, same trace ${found.hash.slice(0, 16)}`
      : '  NOT CONFIRMED  a further run took another course: the world is not deterministic here, or its process ended',
    `  again:     npx faultline replay ${found.file}`,
  ];
}

/** Commands and faults of a case in the order of their instants, a line each. */
export function caseLines(drawn: ExplorationCase): readonly string[] {
  const { commands, faults, slowLinks } = drawn;
  const items = [
    ...commands.map((command) => ({ at: command.at, text: commandText(command) })),
    ...faults.map((fault) => ({ at: fault.at, text: faultText(fault) })),
  ].toSorted((a, b) => a.at - b.at);
  return [
    `topology ${drawn.topology}, world's seed ${drawn.seed}${drawn.planted === undefined ? '' : `, planted ${drawn.planted}`}${drawn.safeguardOff === undefined ? '' : `, without ${drawn.safeguardOff}`}`,
    ...slowLinks.map(
      ({ from, to, latencyMs, jitterMs }) => `all along   ${from} - ${to} slower by ${latencyMs} ± ${jitterMs} ms`,
    ),
    ...items.map(({ at, text }) => `${clock(at)} ${String(at % 100).padStart(2, '0')} ${text}`),
  ];
}

function commandText({ client, name, arguments: args }: Command): string {
  const shown = Object.entries(args).map(([key, value]) => `${key} ${String(value)}`);
  return `client ${client}  ${name}${shown.length === 0 ? '' : `  (${shown.join(', ')})`}`;
}

function faultText({ kind, targets, options, lastsMs, onMessage }: PlannedFault): string {
  const shown = Object.entries(options).map(([key, value]) => `${key} ${String(value)}`);
  const when =
    onMessage === undefined ? '' : ` with message ${onMessage.nth} ${onMessage.from} -> ${onMessage.to} from here on`;
  return `FAULT     ${kind} ${targets.join(' - ')} for ${span(lastsMs)}${when}${shown.length === 0 ? '' : `  (${shown.join(', ')})`}`;
}

function closing(result: ExplorationResult, directory: string): readonly string[] {
  const { verdict, failures, runs, seed } = result;
  const word = verdict === 'pass' ? 'pass' : verdict.toUpperCase();
  const found =
    failures.length === 0 ? 'no failure' : `${failures.length} ${failures.length === 1 ? 'failure' : 'failures'}`;
  return [
    '',
    `${word}  ${found} in ${number(runs)} runs`.padEnd(60) + directory,
    ...(failures.length === 0
      ? [`      next:  npx faultline explore --system ${result.system} --seed ${seed + 1}`]
      : []),
  ];
}

const number = (value: number): string => value.toLocaleString('en-US');

function some(names: readonly string[]): string {
  const rest = names.length - NAMED;
  return `${names.slice(0, NAMED).join('; ')}${rest > 0 ? `; ${rest} more` : ''}`;
}
