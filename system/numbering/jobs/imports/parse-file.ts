/** Reads an operator's file: CSV with the header `kind,value`. */
import { CsvError, parse } from 'csv-parse/sync';
import { formError, kindSchema, subjectOf, type IdentifierKey } from '../../domain/identifiers.ts';
import type { RowError } from '../../store/imports.ts';

/** A row that can be imported, with its line in the file. */
export type FileRow = IdentifierKey & { readonly row: number };

export interface ParsedFile {
  readonly rows: readonly FileRow[];
  readonly errors: readonly RowError[];
}

const HEADER = 'kind,value';

/** Every row that is wrong is named; a file that is no CSV at all has one error. */
export function parseFile(text: string): ParsedFile {
  let lines: string[][];
  try {
    lines = parse(text, { relax_column_count: true, skip_empty_lines: true });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return {
      rows: [],
      errors: [{ row: Number(error['lines'] ?? 1), value: '', code: 'MALFORMED', detail: error.message }],
    };
  }
  const [header, ...records] = lines;
  if (header?.join(',') !== HEADER) {
    const value = header?.join(',') ?? '';
    return { rows: [], errors: [{ row: 1, value, code: 'MALFORMED', detail: `the first line must be ${HEADER}` }] };
  }
  const seen = new Set<string>();
  const rows: FileRow[] = [];
  const errors: RowError[] = [];
  for (const [i, record] of records.entries()) {
    const row = i + 2;
    const read = readRecord(record);
    if (typeof read === 'string') errors.push({ row, value: record.join(','), code: 'MALFORMED', detail: read });
    else if (seen.has(subjectOf(read)))
      errors.push({ row, value: read.value, code: 'DUPLICATE', detail: 'the file has this identifier twice' });
    else {
      seen.add(subjectOf(read));
      rows.push({ ...read, row });
    }
  }
  return { rows, errors };
}

/** The identifier, or what is wrong with the record. */
function readRecord(record: readonly string[]): IdentifierKey | string {
  if (record.length !== 2) return `expected 2 columns, found ${record.length}`;
  const [kindText = '', value = ''] = record;
  const kind = kindSchema.safeParse(kindText);
  if (!kind.success) return `${kindText} is no kind of identifier`;
  return formError(kind.data, value) ?? { kind: kind.data, value };
}
