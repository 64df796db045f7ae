/** Each as often as it weighs: to pick one from by chance. */
export function weighted<T>(items: readonly T[], weightOf: (item: T) => number): readonly T[] {
  return items.flatMap((item) => Array.from({ length: weightOf(item) }, () => item));
}
