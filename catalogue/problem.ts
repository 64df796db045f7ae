/** A mistake in a catalogue file: where it is, what was expected, what was found and how to mend it. */
export interface Problem {
  /** `catalogue/numbering.yaml:12:5`. */
  readonly place: string;
  /** `entries[2].detection.within`. */
  readonly field: string;
  readonly expected: string;
  readonly found: string;
  readonly mend: string;
}

/** Thrown with all problems of a file at once, so that one pass mends them. */
export class CatalogueError extends Error {
  override readonly name = 'CatalogueError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(describe).join('\n'));
    this.problems = problems;
  }
}

function describe({ place, field, expected, found, mend }: Problem): string {
  return `${place}: ${field}: expected ${expected}, found ${found}; ${mend}`;
}
