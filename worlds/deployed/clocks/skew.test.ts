import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileShim } from './compile.ts';

/** The shim needs glibc and a C compiler; `npm run images` says so too. */
const possible = process.platform === 'linux' && spawnSync(process.env['CC'] ?? 'cc', ['--version']).status === 0;

/** Answers each line of input with what its clocks gained since its start: wall, monotonic, and a forked child's wall, ms. */
const PROGRAM = `
  const { execFileSync } = require('node:child_process');
  process.title = 'x'.repeat(4096); // writes over the environment, as Redis and PostgreSQL do
  const wall = Date.now(), monotonic = performance.now();
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const child = line === 'child' ? Number(execFileSync('date', ['+%s%3N'])) - wall : 0;
    console.log(JSON.stringify({ wall: Date.now() - wall, monotonic: performance.now() - monotonic, child }));
  });
  setTimeout(() => process.exit(3), 60000).unref();
  console.log('ready');
`;

interface Reading {
  readonly wall: number;
  readonly monotonic: number;
  readonly child: number;
}

describe.skipIf(!possible)('a program whose clock is shifted (needs Linux and a C compiler)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'skew-'));
  const shim = join(folder, 'skew.so');
  const file = join(folder, 'offset');
  let program: ChildProcess;
  let lines: Interface;

  beforeAll(async () => {
    await compileShim(shim);
    program = spawn(process.execPath, ['-e', PROGRAM], {
      env: { ...process.env, LD_PRELOAD: shim, FAULTLINE_CLOCK_FILE: file },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    lines = createInterface({ input: program.stdout! });
    await once(lines, 'line');
  });
  afterAll(() => {
    program.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  /** Replaces the offset file, and waits for as long as the shim may take to see it. */
  async function set(line: string): Promise<void> {
    writeFileSync(`${file}.new`, `${line}\n`);
    renameSync(`${file}.new`, file);
    await seen();
  }

  function seen(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, 15));
  }

  async function read(question = ''): Promise<Reading> {
    program.stdin!.write(`${question}\n`);
    const [line] = (await once(lines, 'line')) as [string];
    return JSON.parse(line) as Reading;
  }

  /** What the wall clock gained over the monotonic one. */
  async function shifted(): Promise<number> {
    const { wall, monotonic } = await read();
    return wall - monotonic;
  }

  test('without a file it tells the time', async () => {
    // The machine's own clock may be adjusted by some milliseconds meanwhile.
    expect(await shifted()).toBeCloseTo(0, -2);
  });

  test('jumps forwards and back while it runs, its children with it', async () => {
    for (const offset of [3_600_000, -90_000, 1500, 0, -86_400_000]) {
      await set(`${offset}000000`);
      expect(Math.abs((await shifted()) - offset)).toBeLessThan(10);
    }
    const { child, wall } = await read('child');
    expect(Math.abs(child - wall)).toBeLessThan(2000);
  });

  test('the monotonic clock and timers stay', async () => {
    await set('0');
    const before = (await read()).monotonic;
    const begun = performance.now();
    await set('3600000000000');
    expect((await read()).monotonic - before).toBeLessThan(performance.now() - begun + 100);
  });

  test('a file written in place counts when its line is whole', async () => {
    await set('60000000000');
    expect(Math.abs((await shifted()) - 60_000)).toBeLessThan(10);
    writeFileSync(file, '');
    await seen();
    expect(Math.abs((await shifted()) - 60_000)).toBeLessThan(10);
    writeFileSync(file, '12000000');
    await seen();
    expect(Math.abs((await shifted()) - 60_000)).toBeLessThan(10);
    writeFileSync(file, '120000000000\n');
    await seen();
    expect(Math.abs((await shifted()) - 120_000)).toBeLessThan(10);
  });

  test('drifts from an instant of the monotonic clock on', async () => {
    await set(`0 500000000 ${process.hrtime.bigint() - 10_000_000_000n}`);
    const first = await shifted();
    expect(first).toBeGreaterThan(5000);
    await new Promise((resolve) => setTimeout(resolve, 400));
    const gained = (await shifted()) - first;
    expect(gained).toBeGreaterThan(195);
  });

  test('a file that is taken away gives the true time back', async () => {
    rmSync(file);
    await seen();
    expect(Math.abs(await shifted())).toBeLessThan(10);
  });
});
