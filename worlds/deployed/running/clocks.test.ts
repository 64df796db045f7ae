import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { RunAborted } from '../../../contract/index.ts';
import { RunClock } from './clock.ts';
import { WallClock } from './wall-clock.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

function wallClock(speed: number): { clock: WallClock; line: () => string } {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-test-'));
  folders.push(folder);
  return { clock: new WallClock(folder, 'redis', speed), line: () => readFileSync(join(folder, 'redis'), 'utf8') };
}

test("a run's clock shows real time times the speed, and sleeps for the document's time", async () => {
  const clock = new RunClock(100, undefined);
  await clock.sleep(5000);
  expect(clock.now()).toBeGreaterThan(4900);
  expect(clock.ofWall(clock.toWall(12_345))).toBeCloseTo(12_345, 0);
});

test('a sleep ends when the run is over, so that nothing of it goes on in the next one', async () => {
  const clock = new RunClock(1, new AbortController().signal);
  const slept = clock.sleep(60_000);
  clock.end();
  await expect(slept).rejects.toThrow(RunAborted);
  await expect(clock.sleep(1)).rejects.toThrow('the run is over');
});

test('a sleep ends when the run is aborted, and none begins after that', async () => {
  const abort = new AbortController();
  const clock = new RunClock(1, abort.signal);
  const slept = clock.sleep(60_000);
  abort.abort();
  await expect(slept).rejects.toThrow(RunAborted);
  await expect(clock.sleep(1)).rejects.toThrow(RunAborted);
});

test("a step of the document's time is shorter for a system that is faster, and stepped back leaves nothing", async () => {
  const { clock, line } = wallClock(10);
  await clock.jump(23 * 3_600_000);
  expect(clock.skew()).toBe(82_800_000);
  expect(line()).toBe(`${8_280_000n * 1_000_000n}\n`);
  await clock.jump(-23 * 3_600_000);
  expect([clock.skew(), line()]).toEqual([0, '0\n']);
});

test('a drift grows with real time and keeps what was gained when it ends', async () => {
  const { clock, line } = wallClock(10);
  await clock.drift(0.5);
  expect(line()).toMatch(/^0 500000000 \d+\n$/);
  await clock.drift(0);
  const gained = clock.skew();
  expect(gained).toBeGreaterThan(0);
  expect(line()).toBe(`${Math.round((gained / 10) * 1e6)}\n`);
});
