/** Configuration from environment variables: typed, with defaults, and errors that name the variable and its mend. */
import { z } from 'zod';

/** Exit code of a process whose configuration is wrong (EX_CONFIG of sysexits.h). */
export const EXIT_BAD_CONFIGURATION = 78;

/** Bad configuration: one line for each variable. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration is not usable:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

const wholeNumber = z
  .string()
  .trim()
  .regex(/^\d+$/, 'must be a whole number in digits')
  .transform(Number)
  .refine(Number.isSafeInteger, 'is too large');

/** A duration in milliseconds. Timers cannot wait longer than 2^31 - 1 ms; `max` is that unless the value is only compared. */
export function milliseconds(fallback: number, limits: { min?: number; max?: number } = {}) {
  return count(fallback, { min: limits.min ?? 1, max: limits.max ?? 2_147_483_647 });
}

/** A whole number. */
export function count(fallback: number, limits: { min?: number; max?: number } = {}) {
  const { min = 1, max = Number.MAX_SAFE_INTEGER } = limits;
  return wholeNumber
    .refine((value) => value >= min && value <= max, `must be from ${min} to ${max}`)
    .default(fallback)
    .describe(`a whole number, default ${fallback}`);
}

/** A TCP port; 0 lets the system choose. */
export function port(fallback: number) {
  return count(fallback, { min: 0, max: 65_535 });
}

/** `true` or `false`. */
export function flag(fallback: boolean) {
  return z
    .enum(['true', 'false'], 'must be true or false')
    .transform((value) => value === 'true')
    .default(fallback);
}

/** A URL with one of the given schemes. */
export function url(schemes: readonly string[], example: string) {
  return z
    .string({ error: `is missing; set it to something like ${example}` })
    .refine(
      (value) => URL.canParse(value) && schemes.includes(new URL(value).protocol.replace(/:$/, '')),
      `must be a URL like ${example}`,
    );
}

/** Names separated by commas. */
export function names() {
  return z
    .string()
    .default('')
    .transform((value) =>
      value
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    );
}

/**
 * Reads `shape` from `env`. A variable that is set to the empty string counts as not set.
 * @throws ConfigurationError naming each bad variable, what it was and what it must be
 */
export function readConfig<Shape extends z.ZodRawShape>(
  shape: Shape,
  env: NodeJS.ProcessEnv,
): z.output<z.ZodObject<Shape>> {
  const given: Record<string, string> = {};
  for (const name of Object.keys(shape)) {
    const value = env[name];
    if (value !== undefined && value !== '') given[name] = value;
  }
  const read = z.object(shape).safeParse(given);
  if (read.success) return read.data;
  const problems = read.error.issues.map((issue) => {
    const name = String(issue.path[0] ?? '?');
    const value = given[name];
    return `${name} ${issue.message}${value === undefined ? '' : ` (it is ${JSON.stringify(hideSecret(value))})`}`;
  });
  throw new ConfigurationError(problems);
}

function hideSecret(value: string): string {
  return value.replace(/(:\/\/[^:@/]*):[^@/]*@/, '$1:***@');
}
