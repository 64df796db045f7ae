import { describe, expect, test } from 'vitest';
import { ConfigurationError, count, flag, milliseconds, names, port, readConfig, url } from './config.ts';

const shape = {
  TTL_MS: milliseconds(1000),
  PARTS: count(3, { min: 2, max: 5 }),
  PORT: port(80),
  ONCE: flag(false),
  OFF: names(),
  DATABASE_URL: url(['postgres'], 'postgres://db:5432/x'),
};
const good = { DATABASE_URL: 'postgres://user:secret@db:5432/x' };

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(shape, env);
    return [];
  } catch (error) {
    return (error as ConfigurationError).problems;
  }
}

describe('readConfig', () => {
  test('gives defaults for what is not set or empty', () => {
    expect(readConfig(shape, { ...good, TTL_MS: '' })).toEqual({
      TTL_MS: 1000,
      PARTS: 3,
      PORT: 80,
      ONCE: false,
      OFF: [],
      DATABASE_URL: good.DATABASE_URL,
    });
  });

  test('reads numbers, flags and lists', () => {
    expect(readConfig(shape, { ...good, TTL_MS: '250', ONCE: 'true', OFF: 'a, b,,' })).toMatchObject({
      TTL_MS: 250,
      ONCE: true,
      OFF: ['a', 'b'],
    });
  });

  test.each([
    [{ TTL_MS: '10s' }, 'TTL_MS must be a whole number in digits (it is "10s")'],
    [{ TTL_MS: '0' }, 'TTL_MS must be from 1 to 2147483647 (it is "0")'],
    [{ PARTS: '6' }, 'PARTS must be from 2 to 5 (it is "6")'],
    [{ PORT: '65536' }, 'PORT must be from 0 to 65535 (it is "65536")'],
    [{ ONCE: 'yes' }, 'ONCE must be true or false (it is "yes")'],
  ])('names the variable, the mend and the value: %o', (env, message) => {
    expect(problemsOf({ ...good, ...env })).toEqual([message]);
  });

  test('tells all problems at once, a missing variable with an example', () => {
    expect(problemsOf({ PARTS: 'x' })).toEqual([
      'PARTS must be a whole number in digits (it is "x")',
      'DATABASE_URL is missing; set it to something like postgres://db:5432/x',
    ]);
  });

  test('does not show a password', () => {
    const [problem] = problemsOf({ DATABASE_URL: 'mysql://user:secret@db/x' });
    expect(problem).toContain('mysql://user:***@db/x');
    expect(problem).not.toContain('secret');
  });
});
