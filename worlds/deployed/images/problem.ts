/** Something that this machine lacks; said with the command that mends it, without a stack. */
export class Missing extends Error {
  override readonly name = 'Missing';

  /** @param what what was expected and what was found @param mend what to do */
  constructor(what: string, mend: string, cause?: unknown) {
    super(`${what}\n  ${mend}`, cause === undefined ? undefined : { cause });
  }
}
