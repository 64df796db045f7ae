import { expect, test } from 'vitest';
import type { Convergence, Ms, Running } from '../../contract/index.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { converge } from './converge.ts';

const within: Ms = 60_000;
const condition = (look: (now: Ms) => string | undefined, patience?: Ms): ((clock: VirtualClock) => Convergence) => {
  return (clock) => ({
    name: 'x',
    within,
    row: 'ROW',
    ...(patience === undefined ? {} : { patience }),
    look: async () => look(clock.now()),
  });
};

test('a condition that comes true in its time is no failure', async () => {
  expect(
    await converged(
      condition((now) => (now < 50_000 ? 'not yet' : undefined), 5000),
      false,
    ),
  ).toMatchObject({
    failures: [],
    givenUp: false,
  });
});

test('what is missing at the limit is the failure', async () => {
  const { failures, givenUp } = await converged(
    condition(() => 'two are left', 5000),
    false,
  );
  expect(failures[0]).toMatchObject({
    check: 'convergence:x',
    what: expect.stringMatching(/^two are left, 6\d s after/),
  });
  expect(givenUp).toBe(false);
});

test('the impatient give up what has said the same for longer than its patience, and say so', async () => {
  const { failures, givenUp } = await converged(
    condition(() => 'two are left', 5000),
    true,
  );
  expect(failures[0]?.at).toBeLessThan(10_000);
  expect(givenUp).toBe(true);
});

test('the impatient wait for what changes, and for what names no patience', async () => {
  const changing = condition((now) => (now < 50_000 ? `${Math.floor(now / 4000)} are left` : undefined), 5000);
  expect(await converged(changing, true)).toMatchObject({ failures: [], givenUp: false });
  const standing = condition((now) => (now < 50_000 ? 'it stands' : undefined));
  expect(await converged(standing, true)).toMatchObject({ failures: [], givenUp: false });
});

function converged(of: (clock: VirtualClock) => Convergence, impatient: boolean): ReturnType<typeof converge> {
  const clock = new VirtualClock();
  const running = { clock, deployment: { components: [] } } as unknown as Running;
  return converge(running, [of(clock)], { healAll: async () => {} }, impatient);
}
