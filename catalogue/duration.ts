const UNITS = { ms: 1, s: 1000, min: 60_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The catalogue's durations: `30s`, `1.5m`, `24h`. */
export const DURATION = /^(\d+(?:\.\d+)?)(ms|s|min|m|h|d)$/;

/** Milliseconds of `30s`, `5m` or `15 ms` (prose writes `min` and a space); undefined when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = DURATION.exec(text.replace(/\s+/g, '')) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  return Number(amount) * UNITS[unit as keyof typeof UNITS];
}
