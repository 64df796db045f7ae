/** Kinds of keyspace events, by the letter that `notify-keyspace-events` has for them. */
export type EventClass = 'g' | '$' | 'l' | 's' | 'h' | 'z' | 'x' | 'e' | 'm' | 'n';

/** What `A` stands for, in the order in which the real server reports it. */
const ALL = 'g$lshzxetd';
/** What is reported after the classes of `A`. `K` and `E` choose the channels. */
const REST = 'KEm';

/** The flags as CONFIG GET reports them back: 'Ex' as 'xE', 'g$lshzxetd' as 'A'. Undefined for an unknown letter. */
export function canonicalFlags(text: string): string | undefined {
  const flags = new Set(text.replaceAll('A', ALL));
  for (const flag of flags) if (!`${ALL}${REST}n`.includes(flag)) return undefined;
  const pick = (letters: string): string =>
    letters
      .split('')
      .filter((letter) => flags.has(letter))
      .join('');
  const classes = pick(ALL);
  // Redis 7.0 leaves `n` out beside a full set.
  return (classes === ALL ? 'A' : classes + pick('n')) + pick(REST);
}

/** Publishes keyspace events as configured. */
export class Notifications {
  readonly #publish: (channel: string, message: string) => void;
  #flags = '';
  #enabled = new Set<string>();

  constructor(publish: (channel: string, message: string) => void) {
    this.#publish = publish;
  }

  /** Canonical flags. */
  get flags(): string {
    return this.#flags;
  }

  /** False when a letter is unknown; nothing changes then. */
  configure(text: string): boolean {
    const flags = canonicalFlags(text);
    if (flags === undefined) return false;
    this.#enabled = new Set(text.replaceAll('A', ALL));
    this.#flags = flags;
    return true;
  }

  /** Tells both channels, as far as they are on, of `event` at `key`. */
  emit(kind: EventClass, event: string, key: string, database: number): void {
    if (!this.#enabled.has(kind)) return;
    if (this.#enabled.has('K')) this.#publish(`__keyspace@${database}__:${key}`, event);
    if (this.#enabled.has('E')) this.#publish(`__keyevent@${database}__:${event}`, key);
  }
}
