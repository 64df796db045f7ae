import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { structuredPatch } from 'diff';

/** What a module declares for all of itself, as the formatter writes it: at the margin. */
const DECLARED = /^(?:export\s+)?const\s+(\w+)/;
const EXPORTED = /^export\b/;
/** What names something and carries nothing out: imports and comments. */
const ELSE = /^import\b|^\s*(?:\*|\/\*|\/\/)/;

/** Lines, from 0, of the sources that changed, by path, and of those beside them that use what changed. */
export type Lines = Readonly<Record<string, readonly number[]>>;

/**
 * Lines by which it is seen that a change is carried out: the changed ones, and for what a module declares once and for all, such as a set or
 * a limit, those that name it, in the module or in others that import it.
 *
 * @param sources the changed texts, by path from the root
 * @param others paths from the root of what may import them
 */
export function linesOf(root: string, sources: Readonly<Record<string, string>>, others: Iterable<string>): Lines {
  const lines: Record<string, readonly number[]> = {};
  const paths = [...others];
  const add = (path: string, found: readonly number[]): void => {
    if (found.length > 0) lines[path] = [...new Set([...(lines[path] ?? []), ...found])];
  };
  for (const [path, text] of Object.entries(sources)) {
    const changed = changedLines(readFileSync(join(root, path), 'utf8'), text);
    add(path, changed);
    for (const declared of declaredBy(text, changed)) {
      const [, name = ''] = DECLARED.exec(declared) ?? [];
      add(path, naming(name, text));
      if (!EXPORTED.test(declared)) continue;
      for (const other of paths) {
        const source = sources[other] ?? readFileSync(join(root, other), 'utf8');
        if (other !== path && source.includes(`/${basename(path)}'`)) add(other, naming(name, source));
      }
    }
  }
  return lines;
}

/** Lines of `changed`, from 0, that `from` does not have; where lines were taken out, the one that came in their place. */
export function changedLines(from: string, changed: string): readonly number[] {
  const { hunks } = structuredPatch('', '', from, changed, '', '', { context: 0 });
  return hunks.flatMap(({ newStart, newLines }) =>
    Array.from({ length: Math.max(1, newLines) }, (_, index) => newStart - 1 + index),
  );
}

/** First lines of the constants at the margin of a module that changed lines are part of. Functions and classes are carried out themselves. */
function declaredBy(text: string, changed: readonly number[]): readonly string[] {
  const lines = text.split('\n');
  return changed.flatMap((line) => {
    const first = lines.slice(0, line + 1).findLast((each) => /^[^\s})\]/]/.test(each));
    return first !== undefined && DECLARED.test(first) ? [first] : [];
  });
}

function naming(name: string, text: string): readonly number[] {
  const named = new RegExp(`\\b${name}\\b`);
  return text
    .split('\n')
    .flatMap((line, n) => (named.test(line) && !ELSE.test(line) && !DECLARED.test(line) ? [n] : []));
}
