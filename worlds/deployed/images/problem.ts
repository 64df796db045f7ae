import { Unready } from '../../../contract/index.ts';

/** Something that this machine lacks. */
export class Missing extends Unready {
  override readonly name = 'Missing';

  /** @param what what was expected and what was found @param mend what to do */
  constructor(what: string, mend: string, cause?: unknown) {
    super(`${what}\n  ${mend}`, cause === undefined ? undefined : { cause });
  }
}
