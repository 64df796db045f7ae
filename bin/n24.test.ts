import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const LAUNCHER = join(import.meta.dirname, 'n24.mjs');
/** Flags for Node make the launcher start a process of its own, as it does on an older Node. */
const LAUNCH = `
  import { mkdtempSync, writeFileSync } from 'node:fs';
  import { tmpdir } from 'node:os';
  import { run24 } from ${JSON.stringify(LAUNCHER)};
  const script = mkdtempSync(tmpdir() + '/n24-') + '/script.mjs';
  writeFileSync(script, "process.on('SIGINT', () => process.exit(7)); setTimeout(() => process.exit(1), 10_000); console.log('ready');");
  await run24(script, [], ['--no-warnings']);
`;

test('a SIGINT that only the launcher gets reaches what it has started', async () => {
  const launcher = spawn(process.execPath, ['--input-type=module', '-e', LAUNCH], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(launcher.stdout, 'data');
  launcher.kill('SIGINT');
  expect(await once(launcher, 'exit')).toEqual([7, null]);
});
