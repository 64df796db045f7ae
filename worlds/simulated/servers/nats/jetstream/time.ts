/** Nanoseconds of the epoch of a wall clock in ms; the clock's own resolution is about a microsecond. */
export function nanosOf(ms: number): bigint {
  const whole = Math.floor(ms);
  return BigInt(whole) * 1_000_000n + BigInt(Math.floor((ms - whole) * 1000)) * 1000n;
}

/** RFC 3339 with the digits that are needed, as Go writes a time. */
export function timestamp(ms: number | undefined): string {
  if (ms === undefined) return '0001-01-01T00:00:00Z';
  const seconds = new Date(Math.floor(ms)).toISOString().slice(0, 19);
  const fraction = String(nanosOf(ms) % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${seconds}${fraction === '' ? '' : `.${fraction}`}Z`;
}

/** ms of a Go duration in nanoseconds, as JSON carries it. */
export const millis = (nanos: number | undefined): number => (nanos ?? 0) / 1e6;
