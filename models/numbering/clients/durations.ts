/** A message with every number converted whose name ends in `Ms`: durations carry their unit in the name. */
export function withDurations<T>(message: T, convert: (ms: number) => number): T {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return message;
  return Object.fromEntries(
    Object.entries(message).map(([name, value]) => [
      name,
      name.endsWith('Ms') && typeof value === 'number' ? convert(value) : value,
    ]),
  ) as T;
}
