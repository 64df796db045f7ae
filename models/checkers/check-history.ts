import { UnreadableHistory } from '../../contract/index.ts';
import type { CheckedHistory, HistoryChecker } from '../../contract/index.ts';
import { MODELS } from './models/index.ts';
import type { ModelName } from './models/index.ts';
import { readHistory } from './readers/index.ts';
import type { Recorded } from './readers/recorded.ts';

const NAMES = Object.keys(MODELS) as readonly ModelName[];

/** What `faultline check` does: reads a history in whichever format it is and holds it against a model. */
export const checker: HistoryChecker = {
  models: Object.fromEntries(NAMES.map((name) => [name, MODELS[name].about])),
  check({ name: file, text }, { model: asked, limits, clock }): CheckedHistory {
    if (asked !== undefined && !NAMES.some((name) => name === asked))
      throw new UnreadableHistory(`no model ${asked}; there are ${NAMES.join(', ')}`);
    const recorded = readHistory(file, text);
    const model = (asked as ModelName | undefined) ?? guessed(file, recorded);
    const begun = clock();
    const judged = MODELS[model].judge(file, recorded, limits, clock);
    const tookMs = clock() - begun;
    const { verdict, why, examined, aside, memoryBytes } = judged;
    return {
      verdict,
      ...(why === undefined ? {} : { why }),
      file,
      format: recorded.format,
      model,
      examined,
      aside,
      memoryBytes,
      tookMs,
      partitions: judged.show(),
    };
  },
};

/** The model whose words the operations are. */
function guessed(file: string, { format, operations }: Recorded): ModelName {
  if (format === 'etcd log') return 'cas-register';
  const names = new Set(operations.map(({ name }) => name));
  const found = names.size === 0 ? undefined : NAMES.find((name) => MODELS[name].knows(names));
  if (found !== undefined) return found;
  const seen = [...names].slice(0, 8).join(', ') || 'none';
  throw new UnreadableHistory(
    `${file}:1: no model has all of these operations: ${seen}; name one with --model: ${NAMES.join(', ')}`,
  );
}
