/** Healing twice is a no-op: the verb runs at the first call only. */
export function once(heal: () => Promise<void>): () => Promise<void> {
  let healed: Promise<void> | undefined;
  return () => (healed ??= heal());
}
