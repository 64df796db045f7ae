import { describe, expect, test } from 'vitest';
import { parseExposition } from './exposition.ts';
import { EvaluationError, evaluate, parseQuery, PromqlError, range } from './promql.ts';
import { SeriesStore } from './store.ts';

const TARGET = { job: 'numbering', instance: 'a:80' };

function scraped(...scrapes: (readonly [atMs: number, text: string | undefined])[]): SeriesStore {
  const store = new SeriesStore();
  for (const [atMs, text] of scrapes) {
    if (text === undefined) store.fail(TARGET, atMs);
    else store.append(parseExposition(text), TARGET, atMs);
  }
  return store;
}

/** `labels value` of each element, without the target's labels. */
function ask(store: SeriesStore, query: string, atMs: number): string[] {
  const result = evaluate(parseQuery(query), store, atMs);
  if (result.type === 'scalar') return [String(result.value)];
  return result.samples.map(({ labels, value }) => `${labels.without(['job', 'instance']).toString()} ${value}`);
}

describe('exposition', () => {
  test('comments, escapes, special values and blanks are read', () => {
    const text = `# HELP m What it is {not="a label"}\n# TYPE m gauge\nm{a="x\\"y\\\\z\\n}",b=""} 1.5e3\nplain -2\n\ninf{} +Inf\nnan NaN \n`;
    expect(parseExposition(text).map(({ metric, value }) => [metric.toRecord(), value])).toEqual([
      [{ __name__: 'm', a: 'x"y\\z\n}' }, 1500],
      [{ __name__: 'plain' }, -2],
      [{ __name__: 'inf' }, Infinity],
      [{ __name__: 'nan' }, Number.NaN],
    ]);
  });

  test('a second scrape that differs in the middle is read as what it says', () => {
    const first = parseExposition('a 1\nb{x="1"} 2\nc 3\n');
    const second = parseExposition('a 10\nb{x="2"} 20\nab 5\nc 0.25\nc_total 100000000000000000000\n');
    expect(first.map(({ value }) => value)).toEqual([1, 2, 3]);
    expect(second.map(({ metric, value }) => [metric.toString(), value])).toEqual([
      ['a{}', 10],
      ['b{x="2"}', 20],
      ['ab{}', 5],
      ['c{}', 0.25],
      ['c_total{}', 1e20],
    ]);
    expect(second[0]?.metric).toBe(first[0]?.metric);
  });

  test.each([
    ['a 1\nb\n', 'line 2: no value'],
    ['a 1\nb x\n', 'line 2: "x" is not a value'],
    ['a{b=1} 1\n', 'line 1: bad labels'],
    ['1a 1\n', 'line 1: "1a" is not a metric'],
    ['a 1 1700000000000\n', 'line 1: "1 1700000000000" is not a value (time stamps'],
  ])('%j is refused: %s', (text, message) => {
    expect(() => parseExposition(text)).toThrow(message);
  });
});

describe('the store', () => {
  test('a scrape gives its samples the target’s labels, and `up` is 1', () => {
    const store = scraped([1000, 'm{job="own"} 7\n']);
    expect(
      store.select(parseSelector('m'), 0, 2000).map(({ labels, samples }) => [labels.toRecord(), samples]),
    ).toEqual([[{ __name__: 'm', exported_job: 'own', ...TARGET }, [{ atMs: 1000, value: 7 }]]]);
    expect(ask(store, 'up', 1000)).toEqual(['up{} 1']);
  });

  test('a series that vanished from a scrape is gone at once, and comes back', () => {
    const store = scraped([1000, 'm 1\nn 1\n'], [3000, 'n 2\n'], [5000, 'n 3\nm 4\n']);
    expect(ask(store, 'm', 2999)).toEqual(['m{} 1']);
    expect(ask(store, 'm', 3000)).toEqual([]);
    expect(ask(store, 'n', 3000)).toEqual(['n{} 2']);
    expect(ask(store, 'm', 5000)).toEqual(['m{} 4']);
    expect(ask(store, 'count_over_time(m[10s])', 5000)).toEqual(['{} 2']);
  });

  test('after a failed scrape only `up` is left, at 0', () => {
    const store = scraped([1000, 'm 1\n'], [3000, undefined]);
    expect(ask(store, '{job="numbering"}', 3000)).toEqual(['up{} 0']);
  });

  test('a sample is seen for five minutes and not longer', () => {
    const store = scraped([1000, 'm 1\n']);
    expect(ask(store, 'm', 301_000)).toEqual(['m{} 1']);
    expect(ask(store, 'm', 301_001)).toEqual([]);
  });

  test('what was trimmed is forgotten, the rest stays', () => {
    const store = scraped([1000, 'm 1\n'], [3000, 'm 2\n'], [5000, 'm 3\n']);
    store.trim(3000);
    expect(ask(store, 'count_over_time(m[1h])', 5000)).toEqual(['{} 2']);
  });

  function parseSelector(text: string): Parameters<SeriesStore['select']>[0] {
    const { expression } = parseQuery(text);
    if (expression.kind !== 'selector') throw new Error('no selector');
    return expression.matchers;
  }
});

describe('evaluation', () => {
  test.each([
    ['-2 ^ 2', '-4'],
    ['2 ^ 3 ^ 2', '512'],
    ['1 + 2 * 3', '7'],
    ['(1 + 2) * 3', '9'],
    ['10 % 4 - 1', '1'],
    ['3 > bool 2', '1'],
    ['time() + 1', '61'],
    ['-Inf', '-Infinity'],
  ])('%s is %s', (query, expected) => {
    expect(ask(new SeriesStore(), query, 60_000)).toEqual([expected]);
  });

  test('`and`, `or` and `unless` bind looser than comparisons, and `and` tighter than `or`', () => {
    const store = scraped([1000, 'a 1\nb 2\nc 3\n']);
    expect(ask(store, 'a > 5 or b and c > 2', 1000)).toEqual(['b{} 2']);
  });

  test.each([
    'a - b offset 2s * 10',
    'a - (b offset 2s) * 10',
    '-b offset 2s * 10 + a',
    'a - 10 * b offset 2s > -1000',
  ])('an offset belongs to the selector before it: %s', (query) => {
    const store = scraped([1000, 'a 1\nb 2\n'], [3000, 'a 100\nb 200\n']);
    expect(ask(store, query, 3000).map((text) => text.replace(/^a/, ''))).toEqual(['{} 80']);
  });

  test('an ambiguous match is an error and says which side', () => {
    const store = scraped([1000, 'a{x="1"} 1\na{x="2"} 2\nb 3\n']);
    expect(() => ask(store, 'a / on (job) b', 1000)).toThrow(EvaluationError);
    expect(() => ask(store, 'b / on (job) a', 1000)).toThrow(
      'duplicate series for the match group on the right hand-side',
    );
    expect(ask(store, 'a / on (job) group_left b', 1000)).toEqual([`{x="1"} ${1 / 3}`, `{x="2"} ${2 / 3}`]);
  });

  test('topk keeps the greatest with their names', () => {
    const store = scraped([1000, 'a{x="1"} 1\na{x="2"} 3\na{x="3"} 2\n']);
    expect(ask(store, 'topk(2, a)', 1000)).toEqual(['a{x="2"} 3', 'a{x="3"} 2']);
    expect(ask(store, 'bottomk(1, a)', 1000)).toEqual(['a{x="1"} 1']);
  });

  test('a range evaluation has a point for each step that has a value', () => {
    const store = scraped([2000, 'm 1\n'], [4000, 'm 3\n'], [6000, undefined]);
    const [series, ...others] = range(parseQuery('m * 2'), store, 0, 8000, 2000);
    expect(others).toEqual([]);
    expect(series?.points).toEqual([{ atMs: 2000, value: 2 }, { atMs: 4000, value: 6 }]); // prettier-ignore
  });

  test('a query read once sees series that came later', () => {
    const query = parseQuery('count(m)');
    const store = scraped([1000, 'm{x="1"} 1\n']);
    const counted = (): number => {
      const result = evaluate(query, store, 3000);
      return result.type === 'vector' ? (result.samples[0]?.value ?? 0) : -1;
    };
    expect(counted()).toBe(1);
    store.append(parseExposition('m{x="1"} 1\nm{x="2"} 1\n'), TARGET, 3000);
    expect(counted()).toBe(2);
  });
});

describe('what is not supported is refused with its position', () => {
  test.each([
    ['sum(foo', 8, 'syntax error'],
    ['1 + nosuch(foo)', 11, 'there is no function nosuch; supported are abs,'],
    ['label_replace(a, "b", "c", "d", "e")', 1, 'the function label_replace is not supported; supported are'],
    ['a + foo[5m:1m]', 5, 'a subquery is not supported'],
    ['a * b + nosuch offset 5m * rate(a)', 33, 'rate takes a matrix'],
    ['(a + b) offset 5m', 1, 'offset must follow a selector'],
    ['foo @ 5', 1, 'the @ modifier is not supported'],
    ['count_values("x", a)', 1, 'the aggregation count_values is not supported'],
    ['rate(a)', 6, 'rate takes a matrix here, not a vector'],
    ['a[5m]', 1, 'must be a vector or a scalar, not a matrix'],
    ['1 > 2', 1, 'must use bool'],
    ['a and 1', 1, 'and takes two vectors'],
    ['{x=""}', 1, 'at least one non-empty matcher'],
    ['a{x=~"("}', 6, 'is no regular expression'],
    ['5m + 1', 1, '5m is no number'],
    ['', 1, ''],
  ])('%s', (query, character, message) => {
    const refused = (() => {
      try {
        return parseQuery(query);
      } catch (cause) {
        return cause;
      }
    })();
    expect(refused).toBeInstanceOf(PromqlError);
    expect(String(refused)).toContain(message);
    expect(String(refused)).toContain(`(at character ${character})`);
  });
});
