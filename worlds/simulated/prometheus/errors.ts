/** What is wrong with a query: at which character (from 0), and why. */
export class PromqlError extends Error {
  readonly reason: string;
  readonly position: number;

  constructor(reason: string, position: number) {
    super(`${reason} (at character ${position + 1})`);
    this.reason = reason;
    this.position = position;
  }
}

/** A query that is valid and cannot be evaluated on these data, such as an ambiguous match. */
export class EvaluationError extends Error {}
