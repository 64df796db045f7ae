import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Node,
  type YAMLMap,
} from 'yaml';

/** What is wrong with a file, and where: `file:line:column: message`. */
export class RuleFileError extends Error {}

/** A field of a map: its name, where it is, and its value. */
export interface Field {
  readonly name: string;
  readonly key: Node | undefined;
  readonly value: Node | undefined;
}

/** A YAML text whose errors know their place. */
export class YamlSource {
  readonly #fileName: string;
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;
  readonly root: Node | null;

  /** Throws RuleFileError for text that is no YAML. */
  constructor(text: string, fileName: string) {
    this.#fileName = fileName;
    const document = parseDocument(text, { lineCounter: this.#lines, uniqueKeys: true });
    this.#document = document;
    this.root = document.contents;
    const [problem] = document.errors;
    if (problem !== undefined) {
      const { line, col } = this.#lines.linePos(problem.pos[0]);
      throw new RuleFileError(`${fileName}:${line}:${col}: ${problem.message.split('\n')[0]}`);
    }
  }

  error(node: Node | null | undefined, message: string): RuleFileError {
    const { line, col } = this.#lines.linePos(node?.range?.[0] ?? 0);
    return new RuleFileError(`${this.#fileName}:${line}:${col}: ${message}`);
  }

  /** The fields of a map; unknown ones are refused. */
  fields(node: Node | null | undefined, what: string, known: readonly string[]): Map<string, Field> {
    const fields = this.#entries(node, what);
    for (const { name, key } of fields) {
      if (!known.includes(name)) {
        throw this.error(key, `${what} has no field ${JSON.stringify(name)}; supported are ${known.join(', ')}`);
      }
    }
    return new Map(fields.map((field) => [field.name, field]));
  }

  /** A map from strings to strings. */
  strings(node: Node | null | undefined, what: string): Field[] {
    return this.#entries(node, what);
  }

  list(reference: Node | null | undefined, what: string): Node[] {
    const node = this.#resolve(reference);
    if (!isSeq(node)) throw this.error(node ?? this.root, `${what} must be a list`);
    return node.items as Node[];
  }

  /** A string; numbers and booleans count as what was written. */
  text(reference: Node | null | undefined, what: string): string {
    const node = this.#resolve(reference);
    if (!isScalar(node) || node.value === null) throw this.error(node ?? this.root, `${what} must be a string`);
    return typeof node.value === 'string' ? node.value : (node.source ?? JSON.stringify(node.value));
  }

  /** What an alias stands for. */
  #resolve(node: Node | null | undefined): Node | null | undefined {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }

  #entries(reference: Node | null | undefined, what: string): Field[] {
    const node = this.#resolve(reference);
    if (!isMap(node)) throw this.error(node ?? this.root, `${what} must be a map`);
    return (node as YAMLMap<Node, Node>).items.map(({ key, value }) => ({
      name: this.text(key, `a field of ${what}`),
      key,
      value: value ?? undefined,
    }));
  }
}
