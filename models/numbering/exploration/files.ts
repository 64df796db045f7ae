import type { CaseFailure, Explored } from '../../../contract/index.ts';
import { quiet } from './quiet.ts';

/** Of operators' files those are imported that are signed by their operator and well formed, and where nothing is broken no other is refused. */
export function files(explored: Explored): readonly CaseFailure[] {
  const before = new Set(quiet(explored));
  return explored.operations.flatMap((operation): CaseFailure[] => {
    const { id, name, input, outcome, error, invokedAt } = operation;
    if (name !== 'import' || typeof input['signed'] !== 'boolean') return [];
    const good = input['signed'] && input['malformed'] !== true;
    const wrong = good ? outcome === 'fail' && before.has(operation) : outcome === 'ok';
    if (!wrong) return [];
    const what = good
      ? `a file that is signed and well formed was answered ${String(error)}, and nothing was broken`
      : `a file that is ${input['signed'] ? 'malformed' : 'signed by somebody else'} was imported`;
    return [{ check: 'answers:files', what: `operation ${id}: ${what}`, at: invokedAt }];
  });
}
