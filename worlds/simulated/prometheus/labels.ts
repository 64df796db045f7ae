export const METRIC_NAME = '__name__';

/** A set of labels, sorted by name; empty values do not exist. Immutable, with a key for comparison. */
export class Labels {
  static readonly none = new Labels([]);
  readonly entries: readonly (readonly [name: string, value: string])[];
  #key: string | undefined;
  #withoutName: Labels | undefined;

  /** `entries` must be sorted by name, without duplicates and empty values: `Labels.of` makes them so. */
  private constructor(entries: readonly (readonly [string, string])[]) {
    this.entries = entries;
  }

  /** Of pairs in any order; a later pair replaces an earlier one of the same name. */
  static of(pairs: Iterable<readonly [string, string]>): Labels {
    const merged = new Map(pairs);
    const entries = [...merged].filter(([, value]) => value !== '');
    return entries.length === 0 ? Labels.none : new Labels(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  static from(record: Readonly<Record<string, string>>): Labels {
    return Labels.of(Object.entries(record));
  }

  /** Equal for equal sets only. */
  get key(): string {
    this.#key ??= this.entries.map(([name, value]) => `${name}\u0001${value}`).join('\u0002');
    return this.#key;
  }

  get name(): string {
    return this.get(METRIC_NAME);
  }

  /** '' for a label that is not there. */
  get(name: string): string {
    for (const [label, value] of this.entries) if (label === name) return value;
    return '';
  }

  withoutName(): Labels {
    this.#withoutName ??= this.without([METRIC_NAME]);
    return this.#withoutName;
  }

  without(names: readonly string[]): Labels {
    if (!this.entries.some(([name]) => names.includes(name))) return this;
    return new Labels(this.entries.filter(([name]) => !names.includes(name)));
  }

  only(names: readonly string[]): Labels {
    return new Labels(this.entries.filter(([name]) => names.includes(name)));
  }

  /** An empty value takes the label away. */
  with(pairs: Iterable<readonly [string, string]>): Labels {
    return Labels.of([...this.entries, ...pairs]);
  }

  toRecord(): Record<string, string> {
    return Object.fromEntries(this.entries);
  }

  /** As PromQL writes it: `name{label="value"}`. */
  toString(): string {
    const labels = this.entries.filter(([name]) => name !== METRIC_NAME);
    return `${this.name}{${labels.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`;
  }
}
