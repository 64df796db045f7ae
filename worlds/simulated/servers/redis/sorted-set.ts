/** One element of a sorted set. */
export interface Scored {
  readonly member: string;
  readonly score: number;
}

/** By score, then by the bytes of the member, as Redis orders sorted sets. */
function compare(aScore: number, aMember: string, b: Scored): number {
  if (aScore !== b.score) return aScore < b.score ? -1 : 1;
  if (aMember === b.member) return 0;
  return aMember < b.member ? -1 : 1;
}

/** Members with scores: a map for look-ups and a sorted array for ranges. */
export class SortedSet {
  readonly #scores = new Map<string, number>();
  readonly #order: Scored[] = [];

  get size(): number {
    return this.#order.length;
  }

  /** All elements in order; do not change the set while reading it. */
  get elements(): readonly Scored[] {
    return this.#order;
  }

  score(member: string): number | undefined {
    return this.#scores.get(member);
  }

  rank(member: string): number | undefined {
    const score = this.#scores.get(member);
    return score === undefined ? undefined : this.#search(score, member);
  }

  set(member: string, score: number): void {
    this.delete(member);
    this.#scores.set(member, score);
    this.#order.splice(this.#search(score, member), 0, { member, score });
  }

  delete(member: string): boolean {
    const score = this.#scores.get(member);
    if (score === undefined) return false;
    this.#order.splice(this.#search(score, member), 1);
    this.#scores.delete(member);
    return true;
  }

  /** Index of the element, or where it would be. */
  #search(score: number, member: string): number {
    let [low, high] = [0, this.#order.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const element = this.#order[middle];
      if (element !== undefined && compare(score, member, element) > 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
