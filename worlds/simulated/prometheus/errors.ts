/** What is wrong with a query: at which character (from 0), and why. */
export class PromqlError extends Error {
  readonly position: number;

  constructor(message: string, position: number) {
    super(`${message} (at character ${position + 1})`);
    this.position = position;
  }
}

/** A query that is valid and cannot be evaluated on these data, such as an ambiguous match. */
export class EvaluationError extends Error {}
