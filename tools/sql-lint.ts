/**
 * Checks the system's SQL for what would make a run differ from the next: sources of time other than now() and clock_timestamp(), randomness of the
 * database, and rows taken in no order. Reads `system/**` (.sql files, and the string literals of .ts files that hold SQL).
 * Run: node bin/n24.mjs tools/sql-lint.ts [folder]
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** One finding. */
export interface SqlProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly found: string;
  readonly mend: string;
}

const TIME_MEND = 'use now() or clock_timestamp(), or pass the time as a parameter';
const ID_MEND = 'pass an id from randomUUID() of node:crypto as a parameter';

/** What a statement must not contain. `(?<![\w.$"])`: a whole word that is not a column or a function of some schema. */
const FORBIDDEN: readonly { pattern: RegExp; mend: string }[] = [
  {
    pattern: /(?<![\w.$"])(?:current_timestamp|current_date|current_time|localtimestamp|localtime)(?![\w"])/gi,
    mend: TIME_MEND,
  },
  { pattern: /(?<![\w.$"])(?:statement_timestamp|transaction_timestamp|timeofday)\s*\(/gi, mend: TIME_MEND },
  { pattern: /'\s*(?:now|today|tomorrow|yesterday)\s*'/gi, mend: TIME_MEND },
  {
    pattern: /(?<![\w.$"])age\s*\((?:[^(),]|\([^()]*\))*\)/gi,
    mend: 'age() with one argument means the present day: write age(now(), x)',
  },
  {
    pattern: /(?<![\w.$"])random(?:_normal)?\s*\(/gi,
    mend: 'draw the number in the service and pass it as a parameter',
  },
  { pattern: /(?<![\w$"])(?:gen_random_uuid|uuidv4|uuidv7|uuid_generate_v\w+|gen_random_bytes)\s*\(/gi, mend: ID_MEND },
  { pattern: /\btablesample\b/gi, mend: 'take rows by ORDER BY and LIMIT' },
];

const ORDER_MEND = 'add ORDER BY, so that the same rows are taken in the same order';
const LOOKS_LIKE_SQL = /\b(?:select|insert\s+into|update|delete\s+from|with|create|alter|set\s+default)\b/i;

/** Problems of one SQL text; `line` of the first line of `text` is `firstLine`. */
export function lintSql(text: string, file: string, firstLine = 1): SqlProblem[] {
  const sql = blankComments(text);
  const problems: SqlProblem[] = [];
  const report = (index: number, found: string, mend: string): void => {
    const line = firstLine + sql.slice(0, index).split('\n').length - 1;
    problems.push({ file, line, found: found.replaceAll(/\s+/g, ' ').trim(), mend });
  };
  for (const { pattern, mend } of FORBIDDEN) {
    for (const match of sql.matchAll(pattern)) report(match.index, match[0], mend);
  }
  for (const { at, body } of selects(sql)) {
    const taking = /\bskip\s+locked\b|\blimit\b|\bfetch\s+(?:first|next)\b/i.exec(body);
    if (taking !== null && !/\border\s+by\b/i.test(body)) report(at + taking.index, taking[0], ORDER_MEND);
  }
  return problems.toSorted((a, b) => a.line - b.line);
}

/**
 * The bodies of the SELECTs of `sql`, each without the SELECTs inside it (they are blanked, so that an ORDER BY counts for its own SELECT only).
 */
function selects(sql: string): { at: number; body: string }[] {
  const found: { at: number; body: string }[] = [];
  const open: number[] = [];
  let flat = sql;
  const take = (from: number, to: number): void => {
    const body = flat.slice(from, to);
    if (/^\s*(?:select|with)\b/i.test(body)) found.push({ at: from, body });
  };
  for (let i = 0; i < flat.length; i += 1) {
    if (flat[i] === '(') open.push(i);
    if (flat[i] !== ')') continue;
    const from = open.pop();
    if (from === undefined) continue;
    take(from + 1, i);
    flat = flat.slice(0, from + 1) + flat.slice(from + 1, i).replaceAll(/[^\n]/g, ' ') + flat.slice(i);
  }
  let start = 0;
  for (const statement of flat.split(';')) {
    const select = statement.search(/\bselect\b/i);
    if (select !== -1) take(start + select, start + statement.length);
    start += statement.length + 1;
  }
  return found;
}

function blankComments(sql: string): string {
  const blank = (comment: string): string => comment.replaceAll(/[^\n]/g, ' ');
  return sql.replaceAll(/('(?:[^']|'')*')|--[^\n]*|\/\*[\s\S]*?\*\//g, (all, text?: string) => text ?? blank(all));
}

/** String and template literals of TypeScript source with the line each begins on. Comments and regular expressions are stepped over. */
export function literals(source: string): { line: number; text: string }[] {
  const found: { line: number; text: string }[] = [];
  const token =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\[\s\S])*)`|(?<=[=(,:;!&|?{}[\n]\s*)\/(?![*/])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\//g;
  for (const match of source.matchAll(token)) {
    const text = match[1] ?? match[2] ?? match[3];
    if (text !== undefined) found.push({ line: source.slice(0, match.index).split('\n').length, text });
  }
  return found;
}

/** Problems of one file, by its extension. */
export function lintFile(source: string, file: string): SqlProblem[] {
  if (file.endsWith('.sql')) return lintSql(source, file);
  return literals(source)
    .filter(({ text }) => LOOKS_LIKE_SQL.test(text))
    .flatMap(({ line, text }) => lintSql(text, file, line));
}

/** Problems of all files below `folder`, and how many files were read. Tests are left out: they hold bad SQL on purpose. */
export function lintFolder(folder: string): { files: number; problems: SqlProblem[] } {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => (name.endsWith('.sql') || name.endsWith('.ts')) && !name.endsWith('.test.ts'))
    .toSorted();
  const problems = names.flatMap((name) => lintFile(readFileSync(join(folder, name), 'utf8'), join(folder, name)));
  return { files: names.length, problems };
}

if (import.meta.main) {
  const folder = resolve(process.argv[2] ?? join(import.meta.dirname, '..', 'system'));
  const { files, problems } = lintFolder(folder);
  for (const { file, line, found, mend } of problems) {
    console.error(`${relative(process.cwd(), file)}:${line}: ${found}: ${mend}`);
  }
  console.log(`${files} files checked, ${problems.length} problems in their SQL`);
  if (files === 0 || problems.length > 0) process.exitCode = 1;
}
