import { isLiteral, matchesTokens } from './subjects.ts';

/** What wants messages of a subject: a client's subscription. */
export interface Subscription {
  readonly subject: string;
  readonly queue: string | undefined;
}

interface Pattern<S> {
  readonly tokens: readonly string[];
  readonly members: Set<S>;
}

/** Subscriptions by subject. Matches come in the order of subscribing within a pattern, literals first. */
export class Interest<S extends Subscription> {
  readonly #literals = new Map<string, Set<S>>();
  readonly #patterns = new Map<string, Pattern<S>>();

  add(subscription: S): void {
    const { subject } = subscription;
    if (isLiteral(subject)) {
      const members = this.#literals.get(subject);
      if (members === undefined) this.#literals.set(subject, new Set([subscription]));
      else members.add(subscription);
      return;
    }
    const pattern = this.#patterns.get(subject);
    if (pattern === undefined) {
      this.#patterns.set(subject, { tokens: subject.split('.'), members: new Set([subscription]) });
    } else pattern.members.add(subscription);
  }

  remove(subscription: S): void {
    const { subject } = subscription;
    const literal = this.#literals.get(subject);
    if (literal?.delete(subscription) && literal.size === 0) this.#literals.delete(subject);
    const pattern = this.#patterns.get(subject);
    if (pattern?.members.delete(subscription) && pattern.members.size === 0) this.#patterns.delete(subject);
  }

  *match(subject: string): Generator<S> {
    yield* this.#literals.get(subject) ?? [];
    for (const { tokens, members } of this.#patterns.values()) if (matchesTokens(subject, tokens)) yield* members;
  }

  has(subject: string): boolean {
    if (this.#literals.has(subject)) return true;
    for (const { tokens } of this.#patterns.values()) if (matchesTokens(subject, tokens)) return true;
    return false;
  }
}
