import { expect, test } from 'vitest';
import type { ProgressEvent } from '../../contract/index.ts';
import { failedResult } from '../run/failed-result.ts';
import { progress } from './progress.ts';

const job = { id: 'NUM-03', run: 'A', seed: 1, speed: 1, directory: '', keepTrace: false, expectedMs: 1 };
const waiting: ProgressEvent = {
  type: 'phase',
  id: 'NUM-03',
  run: 'A',
  phase: 'fault',
  at: 65_000,
  waitingFor: 'NumberingRedisDown to fire',
  deadline: 75_000,
};
const done: ProgressEvent = { type: 'result', result: failedResult(job, 'toy', 'fault', 'it died', 1200) };

test('a terminal shows phase, virtual time, what is waited for and the time left', () => {
  const { out, text } = stream(true);
  progress(2, out, false).show(waiting);
  expect(text()).toContain('0 of 2 · NUM-03/A 1:05.0 fault: waiting for NumberingRedisDown to fire, 10.0 s left');
});

test('CI gets a plain line for each finished run and nothing else', () => {
  const { out, text } = stream(false);
  const shown = progress(2, out, false);
  shown.show(waiting);
  shown.show(done);
  expect(text()).toBe(' NUM-03/A                 ERROR    0 ms in 1.2 s (1 of 2)\n');
});

test('nothing is shown when it must be quiet', () => {
  const { out, text } = stream(true);
  progress(2, out, true).show(done);
  expect(text()).toBe('');
});

function stream(isTTY: boolean): { out: NodeJS.WriteStream; text: () => string } {
  const written: string[] = [];
  const out = { isTTY, columns: 120, write: (text: string) => written.push(text) > 0 };
  return { out: out as unknown as NodeJS.WriteStream, text: () => written.join('') };
}
