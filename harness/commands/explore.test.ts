import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const PROJECT = resolve(import.meta.dirname, '../..');

test.each([
  [['--system', 'numbring'], 'did you mean numbering?'],
  [['--faults', 'process.kil'], 'did you mean process.kill?'],
  [['--faults', 'clock.drift'], 'known, but no topology has it'],
  [['--topology', 'cor'], 'did you mean core?'],
  [['--safeguard-off', 'compare-and-se'], 'did you mean compare-and-set?'],
  [['--planted', 'no-such-bug'], 'expected a patch file or one of models/planted'],
  [['--planted', 'harness/commands/explore.ts'], 'expected a unified diff'],
  [['--budget', 'soon'], 'expected a duration such as 90s or 2m'],
  [['--budget', '0s'], 'expected a duration such as 90s or 2m'],
  [['--topology', 'core', '--planted', 'billing-misses-reinstated'], '--topology core: nothing there shows --planted'],
  [['--topology', 'core', '--faults', 'storage.primary-lost'], 'core has none of them; expected some of cache.flushed'],
  [['--keep', '--safeguard-off', 'compare-and-set'], '--keep is for what the system itself fails by'],
  [['--budget', '1m', '--runs', '1'], 'expected one of them, found both'],
])('explore %j is refused: it says what was expected', (args, message) => {
  const { status, stderr } = spawnSync(process.execPath, [join(PROJECT, 'bin/faultline.mjs'), 'explore', ...args], {
    cwd: PROJECT,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([254, expect.stringContaining(message)]);
});
