import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { guarded, startWatchdog } from './watchdog.ts';

it('wakes a backend that has not answered for a while, by the alarm that it has missed', () => {
  startWatchdog();
  const folder = mkdtempSync(join(tmpdir(), 'faultline-watchdog-'));
  const pipe = join(folder, 'answers');
  execFileSync('mkfifo', [pipe]);
  const said = `trap 'echo woken; exit' ALRM; echo ready; while :; do sleep 0.05; done`;
  const backend = spawn('sh', ['-c', `{ ${said}; } > ${pipe}`], { stdio: 'ignore' });
  const answers = openSync(pipe, 'r');
  const read = (): string => {
    const bytes = Buffer.alloc(100);
    const length = guarded(() => readSync(answers, bytes), backend.pid ?? 0);
    return bytes.toString('utf8', 0, length).trim();
  };
  try {
    expect(read()).toBe('ready');
    expect(read()).toBe('woken');
  } finally {
    closeSync(answers);
    backend.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
});
