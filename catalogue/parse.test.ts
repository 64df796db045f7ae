import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadCatalogues } from './load.ts';
import { parseCatalogue } from './parse.ts';
import { jsonSchema } from './schema.ts';

const root = new URL('..', import.meta.url).pathname;

describe('the five catalogues', () => {
  const rows = loadCatalogues(root).flatMap((catalogue) => catalogue.rows);

  test('have 128 rows with ids of their own', () => {
    expect(new Set(rows.map((row) => row.id)).size).toBe(128);
  });

  test('fill in the anchor of each limit', () => {
    const row = rows.find(({ id }) => id === 'NUM-10');
    expect(row?.detection.from).toBe('threshold');
    expect(row?.mitigation.map(({ from }) => from)).toEqual(['injection', 'detection']);
    expect(row?.recovery[0]?.from).toBe('cleared');
    expect(row?.detection.within).toEqual({ text: '11m', ms: 660_000 });
  });

  test('split impact into both halves', () => {
    expect(rows.find(({ id }) => id === 'NUM-04')?.impact).toEqual({
      maySee: "identifiers 'still reserved' for up to 60 s beyond their time.",
      never: 'longer than that.',
    });
  });

  test('open with the line that gives editors the schema', () => {
    for (const name of ['care', 'notify', 'platform', 'numbering', 'commerce']) {
      const text = readFileSync(new URL(`${name}.yaml`, import.meta.url), 'utf8');
      expect(text.startsWith('# yaml-language-server: $schema=./schema.json\n')).toBe(true);
    }
  });

  test('have a JSON Schema that is current', () => {
    expect(JSON.parse(readFileSync(new URL('schema.json', import.meta.url), 'utf8'))).toEqual(JSON.parse(jsonSchema()));
  });
});

describe('a mistake is named by place, field, expectation, finding and mend', () => {
  test('a value out of its form', () => {
    expect(mistakes((text) => text.replace('within: 10s', 'within: soon'))).toEqual([
      `x.yaml:21:15: entries[0].detection.within: expected a duration such as 250ms, 30s, 5m, 1h or 1d, or 'immediate', found "soon"; correct the value`,
    ]);
  });

  test('a key that is not known', () => {
    expect(mistakes((text) => text.replace('      signal:', '      signl: b\n      signal:'))).toEqual([
      `x.yaml:19:7: entries[0].detection.signl: expected a key of catalogue/schema.json, found "signl"; remove it or correct its spelling`,
    ]);
  });

  test('a key that is missing', () => {
    expect(mistakes((text) => text.replace('    title: Redis unavailable\n', ''))).toEqual([
      `x.yaml:8:5: entries[0].title: expected text, found nothing; add "title"`,
    ]);
  });

  test('a sabotage line whose assertion does not exist', () => {
    expect(mistakes((text) => text.replace('mitigation[0]:', 'mitigation[7]:'))).toEqual([
      `x.yaml:28:42: entries[0].sabotage[0].expect: expected a reference to an assertion of NUM-03, found "mitigation[7]: reads fail"; mitigation[7] does not exist in this row: correct the index or name`,
    ]);
  });

  test('an invariant that is not declared', () => {
    expect(mistakes((text) => text.replace('invariants: [single-holder]', 'invariants: [holder]'))).toEqual([
      'x.yaml:26:18: entries[0].invariants[0]: expected one of single-holder, found "holder"; declare it under invariants at the top',
    ]);
  });

  test('an id twice and one that no section covers', () => {
    const found = mistakes((text) => `${text.replace('[NUM-03]', '[]')}${text.slice(text.indexOf('  - id:'))}`);
    expect(found).toEqual([
      expect.stringContaining('entries[1].id: expected an id used once'),
      expect.stringContaining('found NUM-03 under none; add NUM-03 to its section'),
    ]);
  });

  test('text that is not YAML', () => {
    expect(mistakes(() => 'system: [')).toEqual([
      expect.stringContaining('x.yaml:1:10: YAML: expected well-formed YAML'),
    ]);
  });
});

function mistakes(change: (text: string) => string): string[] {
  expect(() => parseCatalogue(GOOD, 'x.yaml')).not.toThrow();
  expect(change(GOOD)).not.toBe(GOOD);
  try {
    parseCatalogue(change(GOOD), 'x.yaml');
  } catch (error) {
    return (error as Error).message.split('\n');
  }
  return [];
}

const GOOD = `system: numbering
source: document.txt
invariants:
  single-holder: "One holder."
coverage:
  "1": [NUM-03]
entries:
  - id: NUM-03
    source_ref: FM-03
    title: Redis unavailable
    severity: medium
    likelihood: null
    needs: [redis]
    steady_state: "Hit ratio is at least 0.9."
    fault: { kind: cache.down, target: redis, shape: "killed for 3 min" }
    impact: "May see: slowness. Never: errors."
    detection:
      alert: NumberingRedisDown
      signal: ratio
      condition: "falls to 0"
      within: 10s
    mitigation:
      - { behaviour: "Reads go to PostgreSQL.", within: immediate }
    recovery:
      - { behaviour: "The cache fills.", within: 5m }
    invariants: [single-holder]
    sabotage:
      - { disable: direct reads, expect: "mitigation[0]: reads fail" }
    chosen: []
`;
