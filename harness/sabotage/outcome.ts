import { referenceText } from '../../catalogue/index.ts';
import type { Row } from '../../catalogue/index.ts';
import type { RunPlan, RunResult } from '../../contract/index.ts';
import { redOf } from '../journal/seen-red.ts';
import { judges } from '../judge/judged.ts';
import { countingFromCleared } from './plan.ts';

/** Whether one sabotage or mutation of a row turned red what it must. */
export interface SabotageOutcome {
  readonly id: string;
  readonly run: string;
  readonly seed: number;
  /** `sabotage[0]` or the mutation's name. */
  readonly name: string;
  readonly isMutation: boolean;
  /** What was switched off, in the catalogue's words. */
  readonly title: string;
  /** The assertions that had to turn red. */
  readonly expected: readonly string[];
  readonly red: boolean;
  /** Why it counts as red or not. */
  readonly seen: string;
  /** Other assertions that turned red as well. */
  readonly others: readonly string[];
}

const MUTATION_TITLES = {
  'no-fault': 'no fault is injected',
  'mute-alert': "the row's alert is taken out of the rules",
  'no-heal': 'the fault is not lifted',
  plant: 'a violation is added to what was recorded',
} as const;

/** contract.md, Proof: the assertion named must be red; a run that is an error proves nothing. */
export function sabotageOutcome(row: Row, plan: Pick<RunPlan, 'judges'>, result: RunResult): SabotageOutcome {
  const { sabotage } = result;
  if (sabotage === undefined) throw new Error(`${result.id}/${result.run} is no sabotage`);
  const common = { id: result.id, run: result.run, seed: result.seed };
  const reds = redOf(result);
  if ('mutation' in sabotage) {
    const { mutation } = sabotage;
    return {
      ...common,
      name: mutation,
      isMutation: true,
      title: MUTATION_TITLES[mutation],
      ...judgeMutation(row, plan, result, mutation, reds),
    };
  }
  const line = row.sabotage[sabotage.line];
  if (!line) throw new Error(`${row.id} has no sabotage line ${sabotage.line}`);
  const wanted = referenceText(line.expect);
  return {
    ...common,
    name: `sabotage[${sabotage.line}]`,
    isMutation: false,
    title: line.disable,
    ...judge(result, [wanted], reds),
  };
}

type Judged = Pick<SabotageOutcome, 'expected' | 'red' | 'seen' | 'others'>;

function judge(result: RunResult, expected: readonly string[], reds: readonly string[]): Judged {
  const belongs = (reference: string, wanted: string): boolean =>
    reference === wanted || reference.startsWith(`${wanted}.`);
  const missing = expected.filter((wanted) => !reds.some((reference) => belongs(reference, wanted)));
  const others = reds.filter((reference) => !expected.some((wanted) => belongs(reference, wanted)));
  const red = missing.length === 0 && expected.length > 0;
  const seen = red ? shown(result, expected) : unred(result, missing);
  return { expected, red, seen, others };
}

function shown(result: RunResult, expected: readonly string[]): string {
  return result.lines
    .filter(({ reference, verdict }) => verdict === 'fail' && expected.some((wanted) => reference.startsWith(wanted)))
    .map(({ seen }) => seen)
    .join('; ');
}

function unred(result: RunResult, missing: readonly string[]): string {
  if (result.problem !== undefined) return `${result.verdict}: ${result.problem.split('\n')[0] ?? ''}`;
  const lines = missing.map((wanted) => {
    const line = result.lines.find(({ reference }) => reference.startsWith(wanted));
    return line ? `${line.reference} is ${line.verdict}: ${line.seen}` : `${wanted} was not judged`;
  });
  return lines.join('; ');
}

function judgeMutation(
  row: Row,
  plan: Pick<RunPlan, 'judges'>,
  result: RunResult,
  mutation: keyof typeof MUTATION_TITLES,
  reds: readonly string[],
): Judged {
  if (mutation === 'no-fault') {
    const red = result.verdict === 'vacuous';
    return { expected: ['witness'], red, seen: red ? 'vacuous' : `the run ended ${result.verdict}`, others: reds };
  }
  if (mutation === 'mute-alert') return judge(result, ['detection'], reds);
  if (mutation === 'no-heal') {
    const counting = countingFromCleared(row).filter((reference) => judges(plan, reference));
    if (counting.length > 0) return judge(result, counting, reds);
    return { expected: [], red: true, seen: 'no line counts from cleared', others: reds };
  }
  const planted = result.lines.filter(({ reference }) => reference.startsWith('plant:'));
  // A line that a busy machine did not let be judged says nothing of what was planted.
  const bad = result.lines.filter(
    ({ reference, verdict }) => verdict !== 'pass' && (verdict !== 'unknown' || reference.startsWith('plant:')),
  );
  return {
    expected: planted.map(({ reference }) => reference.slice('plant:'.length)),
    red: planted.length > 0 && bad.length === 0 && result.problem === undefined,
    seen:
      bad.map(({ reference, verdict, seen }) => `${reference} is ${verdict}: ${seen}`).join('; ') ||
      (result.problem ?? `${planted.length} planted`),
    others: [],
  };
}
