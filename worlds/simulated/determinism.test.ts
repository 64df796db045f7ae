import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { everything } from './testing/everything-story.ts';

let story: Awaited<ReturnType<typeof everything>>;
beforeAll(async () => {
  story = await everything();
});
afterAll(() => story.dispose());

it(
  'gives one trace hash for one seed: 20 runs in one process and 5 fresh processes',
  { timeout: 240_000 },
  async () => {
    const { hash, lines, trace } = await story.run(7);
    // The run has in it what the claim speaks of.
    for (const sign of [
      'sql ',
      'data app-1>redis',
      'data app-1>server',
      'connect app-2>server:50051',
      'connect app-2>server:8080',
    ]) {
      expect(trace.some((event) => event.includes(sign))).toBe(true);
    }
    expect(lines.filter((line) => line.includes('app-1')).length).toBeGreaterThanOrEqual(40);
    for (let run = 1; run < 20; run += 1) {
      const again = await story.run(7);
      const differs = again.trace.findIndex((event, index) => event !== trace[index]);
      expect([again.hash, again.trace[differs], trace[differs]]).toEqual([hash, undefined, undefined]);
    }
    for (let run = 0; run < 5; run += 1) {
      const { stdout, stderr } = spawnSync(
        process.execPath,
        [...process.execArgv, path.join(import.meta.dirname, 'testing/print-hash.ts'), '7'],
        { encoding: 'utf8' },
      );
      expect([stdout.trim(), stderr.replaceAll(/.*(ExperimentalWarning|trace-warnings).*\n/g, '')]).toEqual([hash, '']);
    }
  },
);

it('gives another trace for another seed', async () => {
  expect((await story.run(7)).hash).not.toBe((await story.run(8)).hash);
});
