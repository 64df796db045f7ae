/** Arguments that make no sense: exit code 254. Says what was expected, what was found and the mend. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
