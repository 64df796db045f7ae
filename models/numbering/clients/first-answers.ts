import type { Answer } from './answer.ts';

/**
 * Which answer to a call that was sent more than once is the first. The service says so of each (`replayed`), but who passes a call on, as the portal does,
 * repeats it too: then its caller hears a replay although nobody else has heard of it.
 */
export class FirstAnswers {
  /** By tenant and key, what the first answer said. */
  readonly #first = new Map<string, string>();

  /**
   * The answer, with `replayed` as a caller has to take it.
   * @param key of the call and its tenant; undefined: it was sent without one
   * @param passedOn it went to somebody who passes it on
   */
  take(key: string | undefined, answer: Answer, passedOn: boolean): Answer {
    const { outcome, result } = answer;
    if (outcome !== 'ok') return answer;
    const { replayed, ...body } = result;
    const said = JSON.stringify(body);
    if (key === undefined) return { outcome, result: { ...body, replayed: false } };
    const first = this.#first.get(key);
    // The service's own first answer, overtaken by the one that was taken for it: the same words. Others are a second effect, and stay one.
    if (first !== undefined) return { outcome, result: { ...body, replayed: replayed === true || said === first } };
    if (replayed === true && !passedOn) return answer;
    this.#first.set(key, said);
    return { outcome, result: { ...body, replayed: false } };
  }
}
