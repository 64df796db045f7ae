import fc from 'fast-check';
import { parseQuery } from '../promql.ts';

/** One input series of a promtool test. */
export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

const value = fc.constantFrom('0', '1', '2', '3.5', '10', '100', '0.1', '-4', '7e3', '12');
const step = fc.constantFrom('+1', '+0.1', '+7', '-3', '+0', '+2.5');

/** Runs of values: rises, falls, repeats, gaps and ends. */
const values = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.tuple(value, step, fc.nat(12)).map(([first, by, times]) => `${first}${by}x${times}`) },
      { weight: 2, arbitrary: value },
      { weight: 1, arbitrary: fc.nat(8).map((times) => `_x${times + 1}`) },
      { weight: 1, arbitrary: fc.constant('stale') },
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((parts) => parts.join(' '));

const SERIES = ['a{x="1",y="p"}', 'a{x="2",y="p"}', 'a{x="1",y="q"}', 'b{x="1"}', 'b{x="2"}', 'c'];
const BOUNDS = ['0.1', '1', '5', '+Inf'];
const NAMES = [...SERIES, ...BOUNDS.map((bound) => `h_bucket{le="${bound}"}`)];

export const inputSeries: fc.Arbitrary<readonly InputSeries[]> = fc
  .tuple(...NAMES.map((series) => fc.option(values, { nil: undefined, freq: 6 }).map((text) => ({ series, text }))))
  .map((all) => all.flatMap(({ series, text }) => (text === undefined ? [] : [{ series, values: text }])));

const selector = fc.constantFrom(
  'a',
  'b',
  'c',
  'a{x="1"}',
  'a{x!="1"}',
  'a{y=~"p|r"}',
  'b{x!~"2.*"}',
  '{__name__="a"}',
  'nothing',
);
const offset = fc.constantFrom('', '', '', '', ' offset 1m', ' offset 37s', ' offset 10m');
const duration = fc.constantFrom('1m', '2m', '5m', '90s', '10m', '3m17s', '1h');
const number = fc.constantFrom('0', '1', '2', '0.5', '-1', '3', '100', '1e3');
// Without ^: the last bit of powers is the mathematics library's.
const arithmetic = fc.constantFrom('+', '-', '*', '/', '%');
const comparison = fc.constantFrom('==', '!=', '>', '<', '>=', '<=');

const rangeFunction = fc.constantFrom(
  'rate', 'irate', 'increase', 'delta', 'idelta', 'deriv', 'changes', 'resets', 'avg_over_time', 'min_over_time',
  'max_over_time', 'sum_over_time', 'count_over_time', 'last_over_time', 'present_over_time', 'stddev_over_time',
  'stdvar_over_time', 'absent_over_time',
); // prettier-ignore
const unary = fc.constantFrom('abs', 'ceil', 'floor', 'sqrt', 'sgn', 'round', '-', 'timestamp', 'sort', 'absent');

const range = fc.tuple(selector, duration, offset).map(([name, length, shift]) => `${name}[${length}]${shift}`);
const quantile = fc.constantFrom('0', '0.5', '0.9', '0.99', '1', '0.25');

const leaf = fc.oneof(
  { weight: 2, arbitrary: fc.tuple(selector, offset).map((parts) => parts.join('')) },
  { weight: 5, arbitrary: fc.tuple(rangeFunction, range).map(([name, argument]) => `${name}(${argument})`) },
  { weight: 1, arbitrary: fc.tuple(quantile, range).map(([q, argument]) => `quantile_over_time(${q}, ${argument})`) },
  { weight: 1, arbitrary: fc.tuple(range, number).map(([argument, at]) => `predict_linear(${argument}, ${at})`) },
  {
    weight: 1,
    arbitrary: fc.tuple(quantile, duration).map(([q, d]) => `histogram_quantile(${q}, rate(h_bucket[${d}]))`),
  },
  { weight: 1, arbitrary: quantile.map((q) => `histogram_quantile(${q}, h_bucket)`) },
);

const single = fc.constantFrom('sum(a)', 'sum(b)', 'sum(c)', 'vector(2)');
/** Operators without parentheses: which binds tighter is the grammar's. */
const flat = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.array(
      fc.tuple(fc.oneof(single, number), fc.constantFrom('+', '-', '*', '/', '%', '> bool', '== bool', 'and', 'or')),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
    fc.constantFrom('sum(c)', '-sum(c)', 'c', 'c offset 1m', '-c offset 1m'),
  )
  .map(([sign, terms, last]) => `${sign}${terms.map(([term, operator]) => `${term} ${operator} `).join('')}${last}`);
/** An offset in the middle. */
const shifted = fc
  .tuple(number, arithmetic, arithmetic, number, offset)
  .map(([first, one, two, last, shift]) => `${first} ${one} a${shift} ${two} ${last}`);

const grouping = fc.constantFrom(
  '',
  ' by (x)',
  ' by (y)',
  ' by ()',
  ' by (x, nothing)',
  ' without (x)',
  ' without (y, x)',
);
const operation = fc.constantFrom('sum', 'min', 'max', 'avg', 'count', 'group', 'stddev', 'stdvar');
const matching = fc.constantFrom(
  '',
  ' on (x)',
  ' ignoring (y)',
  ' on ()',
  ' on (x) group_left ()',
  ' on (x) group_right ()',
  ' ignoring (y) group_left (y)',
);

/** Operands that cannot meet (numbers with `and`) are refused by both. */
function isValid(text: string): boolean {
  try {
    return parseQuery(text).type === 'vector';
  } catch {
    return false;
  }
}

/** A vector expression of what is supported. */
export const query: fc.Arbitrary<string> = fc.letrec<{ vector: string; scalar: string }>((tie) => ({
  scalar: fc.oneof(
    { weight: 6, arbitrary: number },
    { weight: 1, arbitrary: fc.constant('time()') },
    { weight: 1, arbitrary: tie('vector').map((vector) => `scalar(${vector})`) },
  ),
  vector: fc.oneof(
    { maxDepth: 3 },
    { weight: 5, arbitrary: leaf },
    { weight: 1, arbitrary: shifted },
    { weight: 1, arbitrary: flat.filter(isValid) },
    { weight: 1, arbitrary: tie('scalar').map((scalar) => `vector(${scalar})`) },
    { weight: 2, arbitrary: fc.tuple(unary, tie('vector')).map(([name, vector]) => `${name}(${vector})`) },
    {
      weight: 3,
      arbitrary: fc.tuple(operation, grouping, tie('vector')).map(([name, by, vector]) => `${name}${by}(${vector})`),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(quantile, grouping, tie('vector')).map(([q, by, vector]) => `quantile${by}(${q}, ${vector})`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('clamp_min', 'clamp_max', 'round'), tie('vector'), tie('scalar'))
        .map(([name, vector, scalar]) => `${name}(${vector}, ${scalar})`),
    },
    { weight: 1, arbitrary: tie('vector').map((vector) => `clamp(${vector}, 1, 5)`) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          tie('vector'),
          fc.oneof(
            arithmetic,
            comparison,
            comparison.map((sign) => `${sign} bool`),
          ),
          tie('scalar'),
          fc.boolean(),
        )
        .map(([vector, sign, scalar, turned]) =>
          turned ? `(${scalar}) ${sign} (${vector})` : `(${vector}) ${sign} (${scalar})`,
        ),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(
          tie('vector'),
          fc.oneof(
            arithmetic,
            comparison,
            comparison.map((sign) => `${sign} bool`),
          ),
          matching,
          tie('vector'),
        )
        .map(([left, sign, match, right]) => `(${left}) ${sign}${match} (${right})`),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          tie('vector'),
          fc.constantFrom('and', 'or', 'unless'),
          fc.constantFrom('', ' on (x)', ' ignoring (y)'),
          tie('vector'),
        )
        .map(([left, sign, match, right]) => `(${left}) ${sign}${match} (${right})`),
    },
  ),
})).vector;
