/** Hand-made runs for the tests of the judges. */
import type {
  CaseFailure,
  Evidence,
  ExplorationCase,
  Explored,
  ObservedFault,
  Operation,
} from '../../../contract/index.ts';
import { evidence } from '../invariants/testing.ts';

export const refusal = (error: string, result: object = {}): Partial<Operation> => ({
  outcome: 'fail',
  error,
  result: { ...result },
});

/** The checks by which a judge fails a run. */
export const verdict = (judge: (explored: Explored) => readonly CaseFailure[], run: Explored): readonly string[] =>
  judge(run).map(({ check }) => check);

export const fault = (injectedAt: number, ...targets: readonly string[]): ObservedFault => ({
  planned: { at: 0, lastsMs: 1, kind: 'process.kill', targets, options: {} },
  title: 'x',
  injectedAt,
  state: 'idle',
});

/** A run of these operations, in which nothing was broken. */
export function explored(
  operations: readonly Operation[],
  parts: Partial<ExplorationCase> = {},
  finalState: Evidence['finalState'] = {},
): Explored {
  const drawn: ExplorationCase = {
    system: 'numbering',
    seed: 1,
    topology: 'core',
    lastsMs: 1000,
    slowLinks: [],
    commands: [],
    faults: [],
    ...parts,
  };
  const base = evidence(operations);
  return { ...base, finalState: { ...base.finalState, ...finalState }, case: drawn, faults: [] };
}
