import type { Operation } from '../../../contract/index.ts';
import { textOf } from '../values.ts';
import { byKey, keyOf, Misread, required } from './history-model.ts';
import type { HistoryModel, Said } from './history-model.ts';
import { readRegister, register } from './register.ts';
import type { RegisterInput, RegisterOutput } from './register.ts';

type CasInput = { readonly f: 'cas'; readonly key: string; readonly from: string; readonly to: string };
/** Of a compare-and-set: whether it swapped. */
type CasOutput = boolean;

/**
 * A register with compare-and-set: `cas` takes `value: [from, to]`, or `from` and `to`. An `ok` swapped, unless its result says
 * `swapped: false`: then it saw another value than `from`. A `fail` did not happen and says nothing; the reader of etcd's
 * logs, where it is such an observation, makes an `ok` of it.
 */
export const casRegister: HistoryModel<string, RegisterInput | CasInput, RegisterOutput | CasOutput> = {
  about: 'a value a key: read, write, cas; initially nil',
  words: ['read', 'write', 'cas'],
  independent: true,
  read: (operation) => (operation.name === 'cas' ? readCas(operation) : readRegister(operation)),
  init: () => 'nil',
  step(state, input, output) {
    if (input.f !== 'cas') return register.step(state, input, output as RegisterOutput | undefined);
    const swaps = state === input.from;
    if (output !== undefined && output !== swaps) return undefined;
    return swaps ? input.to : state;
  },
  observes: ({ f }, output) => f === 'read' || output === false,
  equal: (a, b) => a === b,
  hash: (state) => state,
  partition: byKey,
  describe: {
    call(input, output) {
      if (input.f !== 'cas') return register.describe.call(input, output as RegisterOutput | undefined);
      return `cas ${input.from} ${input.to}${output === false ? ' -> another value' : ''}`;
    },
    state: (state) => state,
  },
};

function readCas(operation: Operation): Said<CasInput, CasOutput> | undefined {
  const { outcome, input, result } = operation;
  if (outcome === 'fail') return undefined;
  const pair = input['value'] ?? [required(input, 'from', 'input'), required(input, 'to', 'input')];
  if (!Array.isArray(pair) || pair.length !== 2)
    throw new Misread(`expected [from to] as the value of a cas, found ${textOf(pair)}`);
  const call = { f: 'cas', key: keyOf(operation), from: textOf(pair[0]), to: textOf(pair[1]) } as const;
  return { input: call, output: outcome === 'ok' ? result?.['swapped'] !== false : undefined };
}
