/** What a fault that takes its course by itself is doing in the background. */
export interface Unfolding {
  /** Resolves when it has come to its end, in whichever way; never rejects. */
  readonly ended: Promise<void>;
  /** True when it has. */
  readonly isOver: () => boolean;
  /** The same; throws what stopped it. */
  readonly over: () => boolean;
  /** Throws what stopped it, if anything did. */
  readonly check: () => void;
}

/** Begins the course of a fault; `title` names the fault where it could not be carried out. */
export function unfolding(title: string, course: () => Promise<void>): Unfolding {
  let over = false;
  let failure: unknown;
  const check = (): void => {
    if (failure !== undefined) throw new Error(`"${title}" could not be carried out`, { cause: failure });
  };
  const ended = course()
    .catch((error: unknown) => {
      failure = error;
    })
    .then(() => {
      over = true;
    });
  return {
    ended,
    check,
    isOver: () => over,
    over: () => {
      check();
      return over;
    },
  };
}
