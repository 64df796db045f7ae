import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Candidacy, type Candidate } from './candidacy.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A connection that answers each attempt with the next of these; an error is a time-out. */
function connection(...answers: (boolean | Error)[]) {
  const made = { attempts: 0, ended: false };
  const client = {
    async query() {
      const answer = answers[made.attempts++] ?? false;
      if (answer instanceof Error) throw answer;
      return { rows: [{ leads: answer }] };
    },
    async end() {
      made.ended = true;
    },
  };
  return Object.assign(made, { client: client as unknown as Candidate });
}

test('a relay stands until it leads', async () => {
  const told: boolean[] = [];
  const { client } = connection(false, false, true);
  await new Candidacy((leads) => told.push(leads)).stand(client);
  await vi.advanceTimersByTimeAsync(1999);
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toEqual([true]);
});

test('where an attempt is not answered the connection is ended, and the next one stands anew', async () => {
  const told: boolean[] = [];
  const candidacy = new Candidacy((leads) => told.push(leads));
  const silent = connection(false, new Error('Query read timeout'));
  await candidacy.stand(silent.client);
  await vi.advanceTimersByTimeAsync(1000);
  expect(silent.ended).toBe(true);
  candidacy.withdraw();
  await candidacy.stand(connection(true).client);
  expect(told).toEqual([false, true]);
});

test('a relay whose connection is lost meanwhile does not lead by its answer, nor stand on it', async () => {
  const told: boolean[] = [];
  const candidacy = new Candidacy((leads) => told.push(leads));
  const late = connection(true, true);
  const standing = candidacy.stand(late.client);
  candidacy.withdraw();
  await standing;
  await vi.advanceTimersByTimeAsync(10_000);
  expect([told, late.attempts]).toEqual([[false], 1]);
});
