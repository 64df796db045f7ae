import type { z } from 'zod';
import { parseDuration } from './duration.ts';
import { CatalogueError } from './problem.ts';
import type { Problem } from './problem.ts';
import type { Catalogue, Limit, Line, Reference, Row, SabotageLine } from './row.ts';
import { referenceText } from './row.ts';
import { catalogueSchema } from './schema.ts';
import type { Anchor, RawCatalogue, RawEntry } from './schema.ts';
import { fieldText, readSource } from './source.ts';
import type { Path, Source } from './source.ts';

/** Reads a catalogue file. Throws a CatalogueError that lists every mistake with `file:line:column`, field and mend. */
export function parseCatalogue(text: string, file: string): Catalogue {
  const source = readSource(text, file);
  const result = catalogueSchema.safeParse(source.value);
  if (!result.success) throw new CatalogueError(result.error.issues.flatMap((issue) => fromIssue(issue, source)));
  const raw = result.data;
  const problems = [...crossReferences(raw, source), ...coverage(raw, source)];
  if (problems.length > 0) throw new CatalogueError(problems);
  return {
    system: raw.system,
    source: raw.source,
    invariants: raw.invariants,
    rows: raw.entries.map((entry, i) => toRow(entry, raw.system, source.place(['entries', i]))),
  };
}

function fromIssue(issue: z.core.$ZodIssue, source: Source): Problem[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      place: source.placeOfKey(path, key),
      field: fieldText([...path, key]),
      expected: 'a key of catalogue/schema.json',
      found: JSON.stringify(key),
      mend: 'remove it or correct its spelling',
    }));
  }
  const found = source.found(path);
  return [
    {
      place: source.place(path),
      field: fieldText(path),
      // The library's own words begin anew: "Invalid input: expected object, received undefined".
      expected: issue.message.replace(/^Invalid input: expected (.+), received .+$/, '$1'),
      found,
      mend: found === 'nothing' ? `add ${JSON.stringify(String(path.at(-1)))}` : 'correct the value',
    },
  ];
}

/** What a schema cannot say: names and indices that must exist elsewhere in the file. */
function crossReferences(raw: RawCatalogue, source: Source): Problem[] {
  const problems: Problem[] = [];
  const report = (path: Path, expected: string, mend: string): void => {
    problems.push({ place: source.place(path), field: fieldText(path), expected, found: source.found(path), mend });
  };
  const ids = new Set<string>();
  raw.entries.forEach((entry, i) => {
    if (ids.has(entry.id)) report(['entries', i, 'id'], 'an id used once', 'ids are never reused: append a new one');
    ids.add(entry.id);
    entry.invariants.forEach((name, j) => {
      if (!Object.hasOwn(raw.invariants, name))
        report(
          ['entries', i, 'invariants', j],
          `one of ${Object.keys(raw.invariants).join(', ')}`,
          'declare it under invariants at the top',
        );
    });
    entry.sabotage.forEach((line, j) => {
      const reference = parseReference(line.expect).expect;
      if (!exists(reference, entry))
        report(
          ['entries', i, 'sabotage', j, 'expect'],
          `a reference to an assertion of ${entry.id}`,
          `${referenceText(reference)} does not exist in this row: correct the index or name`,
        );
    });
  });
  return problems;
}

function coverage(raw: RawCatalogue, source: Source): Problem[] {
  const ids = new Set(raw.entries.map((entry) => entry.id));
  const covered = new Set(Object.values(raw.coverage).flat());
  const unknown = Object.entries(raw.coverage).flatMap(([section, list]) =>
    list.flatMap((id, i) => (ids.has(id) ? [] : [{ section, i }])),
  );
  return [
    ...unknown.map(({ section, i }) => ({
      place: source.place(['coverage', section, i]),
      field: fieldText(['coverage', section, i]),
      expected: 'the id of an entry of this file',
      found: source.found(['coverage', section, i]),
      mend: 'correct the id or add the entry',
    })),
    ...[...ids]
      .filter((id) => !covered.has(id))
      .map((id) => ({
        place: source.place(['coverage']),
        field: 'coverage',
        expected: 'every id of the file under a section of the source',
        found: `${id} under none`,
        mend: `add ${id} to its section`,
      })),
  ];
}

function parseReference(expectation: string): Pick<SabotageLine, 'expect' | 'seen'> {
  const [, word = '', , index, name, seen = ''] =
    /^(detection|impact|(mitigation|recovery)\[(\d+)\]|invariant:([a-z0-9-]+)): (.+)$/s.exec(expectation) ?? [];
  const reference: Reference =
    name !== undefined
      ? { part: 'invariant', name }
      : index !== undefined
        ? { part: word.startsWith('mitigation') ? 'mitigation' : 'recovery', index: Number(index) }
        : { part: word === 'impact' ? 'impact' : 'detection' };
  return { expect: reference, seen };
}

function exists(reference: Reference, entry: RawEntry): boolean {
  if (reference.part === 'invariant') return entry.invariants.includes(reference.name);
  if (reference.part === 'mitigation' || reference.part === 'recovery')
    return reference.index < entry[reference.part].length;
  return true;
}

function toRow(entry: RawEntry, system: string, place: string): Row {
  const [, maySee = '', never = ''] = /^.*?May see: (.+?)\s*Never: (.+)$/s.exec(entry.impact) ?? [];
  return {
    id: entry.id,
    system,
    title: entry.title,
    sourceRef: entry.source_ref,
    severity: entry.severity,
    likelihood: entry.likelihood,
    needs: entry.needs,
    steadyState: entry.steady_state,
    fault: { kinds: [entry.fault.kind].flat(), target: entry.fault.target, shape: entry.fault.shape },
    impact: { maySee, never },
    detection: {
      alert: entry.detection.alert,
      signal: entry.detection.signal,
      condition: entry.detection.condition,
      ...limits(entry.detection, 'injection'),
    },
    mitigation: entry.mitigation.map((line): Line => ({ behaviour: line.behaviour, ...limits(line, 'injection') })),
    recovery: entry.recovery.map((line): Line => ({ behaviour: line.behaviour, ...limits(line, 'cleared') })),
    invariants: entry.invariants,
    sabotage: entry.sabotage.map((line) => ({ disable: line.disable, ...parseReference(line.expect) })),
    alongside: entry.alongside ?? [],
    chosen: entry.chosen,
    texts: strings(entry),
    place,
  };
}

function limits(line: { within: string; from?: Anchor | undefined }, anchor: Anchor): { within: Limit; from: Anchor } {
  const ms = line.within === 'immediate' ? 'immediate' : parseDuration(line.within);
  if (ms === undefined) throw new Error(`the schema let ${line.within} pass, which is no duration`);
  return { within: { text: line.within, ms }, from: line.from ?? anchor };
}

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(strings);
}
