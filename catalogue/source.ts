import { LineCounter, isNode, isMap, isPair, isScalar, parseDocument } from 'yaml';
import { CatalogueError } from './problem.ts';
import type { Problem } from './problem.ts';

export type Path = readonly (string | number)[];

/** A YAML text that knows where each of its values stands. */
export interface Source {
  readonly value: unknown;
  /** `file:line:column` of the value at `path`, or of the nearest value above it. */
  place(path: Path): string;
  /** The same for a key, which is what is wrong when it should not be there. */
  placeOfKey(path: Path, key: string): string;
  /** What stands there, as short text for an error. */
  found(path: Path): string;
}

/** Reads YAML; throws a CatalogueError when it is not YAML at all. */
export function readSource(text: string, file: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    throw new CatalogueError(
      document.errors.map((error): Problem => ({
        place: at(error.pos[0]),
        field: 'YAML',
        expected: 'well-formed YAML',
        found: error.message,
        mend: 'mend the YAML at this place',
      })),
    );
  }
  const place = (path: Path): string => {
    for (let depth = path.length; depth >= 0; depth -= 1) {
      const node: unknown = document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return at(node.range[0]);
    }
    return `${file}:1:1`;
  };
  return {
    value: document.toJS(),
    place,
    placeOfKey: (path, key) => {
      const parent: unknown = document.getIn(path, true);
      const pair = isMap(parent)
        ? parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key)
        : undefined;
      return pair && isScalar(pair.key) && pair.key.range ? at(pair.key.range[0]) : place(path);
    },
    found: (path) => {
      const value: unknown = path.length === 0 ? document.toJS() : document.getIn(path);
      if (value === undefined) return 'nothing';
      if (isNode(value)) return Array.isArray(value.toJSON()) ? 'a list' : 'a map';
      return JSON.stringify(value) ?? 'nothing';
    },
  };
}

/** `entries[2].detection.within`. */
export function fieldText(path: Path): string {
  return (
    path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('') || '(top)'
  );
}
