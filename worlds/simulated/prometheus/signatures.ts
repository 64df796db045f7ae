import type { ValueType } from './syntax.ts';

/** What a function takes; `optional` arguments come last, `repeats` means any number of the last. */
export interface Signature {
  readonly args: readonly ValueType[];
  readonly optional: number;
  readonly returns: 'scalar' | 'vector';
}

function signature(args: readonly ValueType[], returns: 'scalar' | 'vector' = 'vector', optional = 0): Signature {
  return { args, returns, optional };
}

const VECTOR = signature(['vector']);
const MATRIX = signature(['matrix']);

/** Every supported function. */
export const SIGNATURES: ReadonlyMap<string, Signature> = new Map([
  ...[
    'abs',
    'ceil',
    'floor',
    'exp',
    'ln',
    'log2',
    'log10',
    'sqrt',
    'sgn',
    'absent',
    'timestamp',
    'sort',
    'sort_desc',
  ].map((name) => [name, VECTOR] as const),
  ...['rate', 'irate', 'increase', 'delta', 'idelta', 'deriv', 'changes', 'resets', 'absent_over_time'].map(
    (name) => [name, MATRIX] as const,
  ),
  ...['avg', 'min', 'max', 'sum', 'count', 'last', 'present', 'stddev', 'stdvar'].map(
    (name) => [`${name}_over_time`, MATRIX] as const,
  ),
  ['quantile_over_time', signature(['scalar', 'matrix'])],
  ['predict_linear', signature(['matrix', 'scalar'])],
  ['histogram_quantile', signature(['scalar', 'vector'])],
  ['clamp', signature(['vector', 'scalar', 'scalar'])],
  ['clamp_min', signature(['vector', 'scalar'])],
  ['clamp_max', signature(['vector', 'scalar'])],
  ['round', signature(['vector', 'scalar'], 'vector', 1)],
  ['vector', signature(['scalar'])],
  ['scalar', signature(['vector'], 'scalar')],
  ['time', signature([], 'scalar')],
]);
